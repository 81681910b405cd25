/** What a field or a form holds, of an event that is listened to on that very element. */

type Field = HTMLInputElement | HTMLSelectElement;

export const valueOf = (event: Event): string => (event.currentTarget as Field).value; // by the template
export const isChecked = (event: Event): boolean => (event.currentTarget as HTMLInputElement).checked; // by the template
export const isOpened = (event: Event): boolean => (event.currentTarget as HTMLDetailsElement).open; // by the template
export const formData = (event: Event): FormData => new FormData(event.currentTarget as HTMLFormElement); // by the template
