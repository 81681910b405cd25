/** The location that a page's address names, or nothing. */
export const locationOf = (search: string): string => new URLSearchParams(search).get('location') ?? '';
