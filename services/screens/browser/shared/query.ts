const read = (search: string, name: string): string => new URLSearchParams(search).get(name) ?? '';

/** What a page's address says, each nothing if it is not named. */

/** Returns the location to show. */
export const locationOf = (search: string): string => read(search, 'location');
/** Returns how the page is used, such as `wall`. */
export const modeOf = (search: string): string => read(search, 'mode');
/** Returns the language to speak, as a BCP 47 tag. */
export const languageOf = (search: string): string => read(search, 'lang');
/** Returns what people call the place. */
export const placeOf = (search: string): string => read(search, 'name');
/** Returns how the hours of a day are counted: `12` or `24`. */
export const clockOf = (search: string): string => read(search, 'clock');
/** Returns the name of the screen, for who runs the service. */
export const screenNameOf = (search: string): string => read(search, 'screen');
