/**
 * Where the service lies below its host, such as `/rail`; empty: at the root. Every address that it gives begins with
 * it. A proxy may pass the path on as it came or without the prefix: both are understood.
 */
export type BasePath = '' | `/${string}`;

/** @returns the address of a request without the prefix, so that no route needs to know of it */
export function withoutBasePath(basePath: BasePath, url: string): string {
  const rest = url.slice(basePath.length);
  if (!url.startsWith(basePath) || !/^(?:[/?]|$)/.test(rest)) return url;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** @returns the same page with addresses that begin at the root of its host led below the prefix */
export const pageBelow = (basePath: BasePath, html: string): string =>
  html.replace(/(\s(?:href|src|action)=")\/(?!\/)/g, `$1${basePath}/`);
