/** The location that a page's address names, or nothing. */
export const locationOf = (search: string): string => new URLSearchParams(search).get('location') ?? '';

/** How the page is to be used, such as `wall`, or nothing. */
export const modeOf = (search: string): string => new URLSearchParams(search).get('mode') ?? '';
