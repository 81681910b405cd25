/**
 * The prefix of the path below which the service lies, such as `/rail`, as the script's address has it; empty: none.
 * A copy of the script that somebody serves under another path shows nothing, and neither does one of another origin.
 */
const { origin, pathname } = new URL(import.meta.url);
export const basePath: string =
  origin === window.location.origin ? (/^(.*)\/screens\/assets\/[^/]+$/.exec(pathname)?.[1] ?? '') : '';

/**
 * @returns an address below the service's. @param service base URL; empty: where the page comes from, below its prefix
 */
export const addressOf = (service: string, path: string): string =>
  new URL(`${service === '' ? basePath : service.replace(/\/+$/, '')}${path}`, document.baseURI).href;
