/** @returns the token of an `Authorization` header (RFC 6750 section 2.1), or null if it holds none. */
export const bearerToken = (authorization: string | undefined): string | null =>
  /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? null;
