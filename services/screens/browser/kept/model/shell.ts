/** What the service worker keeps of the screens, so that they open without the service, and what it answers from it. */

/** What one build of the screens needs to open. It says nothing of orders, readers or locations. */
export interface Shell {
  /** Hash of all of it. */
  readonly version: string;
  /** Pages below `/screens/`, such as `board`. They hold no data themselves. */
  readonly documents: readonly string[];
  /** Names of parts below `/screens/assets/`, with the hash of each (Subresource Integrity). */
  readonly parts: Readonly<Record<string, string>>;
}

/** How a request is answered; null: the browser goes to the network, as if there were no worker. */
export type ShellAnswer =
  /** From the network, and what was kept only where there is none. */
  | { readonly kind: 'document'; readonly name: string | null }
  /** What a login and a logout lead through: all boards are forgotten, whatever is answered. */
  | { readonly kind: 'session' }
  /** What was kept first: its name carries the hash of its content. */
  | { readonly kind: 'hashed'; readonly name: string }
  /** A part whose name stays, while its content does not. */
  | { readonly kind: 'named'; readonly name: string }
  | null;

/** What is looked at of a request. */
export interface ShellRequest {
  readonly url: string;
  readonly method: string;
  /** `navigate`: a page is opened. */
  readonly mode: string;
}

/** Name of a part with the hash of its content in it (services/screens/page-route.ts). */
const HASHED = /-[\w-]{8}\.\w+$/;

/** Name below `/screens/` of what a login and a logout lead through (services/access/login/route.ts). */
const SESSION = 'session';

/** @param root address of `/screens/`, which ends with a slash. @returns how the worker answers a request */
export function answerTo({ url, method, mode }: ShellRequest, { documents, parts }: Shell, root: string): ShellAnswer {
  if (method !== 'GET') return null;
  const { origin, pathname } = new URL(url);
  const at = `${origin}${pathname}`;
  const name = at.startsWith(root) ? at.slice(root.length) : null;
  if (mode === 'navigate' && name === SESSION) return { kind: 'session' };
  if (mode === 'navigate')
    return { kind: 'document', name: documents.find((one) => [one, `${one}/`].includes(name ?? '')) ?? null };
  const part = name?.startsWith('assets/') === true ? name.slice('assets/'.length) : null;
  if (part === null || !Object.hasOwn(parts, part)) return null;
  return { kind: HASHED.test(part) ? 'hashed' : 'named', name: part };
}

/** What the answer to the opening of a page says. */
export type Meaning =
  | 'page'
  /** Nobody is signed in any more, or somebody who may not see pages: nothing of orders may stay. */
  | 'signed-out'
  /** There is no service: a proxy answers for it. */
  | 'away'
  | 'other';

/** Statuses by which a proxy says that the service behind it does not answer (RFC 9110 15.6.3 to 15.6.5). */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

/** @param answer with the type `opaqueredirect` where it leads elsewhere, which is to the login */
export function meaningOf({ type, status }: { readonly type: string; readonly status: number }): Meaning {
  if (type === 'opaqueredirect' || status === 401 || status === 403) return 'signed-out';
  if (AWAY.has(status)) return 'away';
  return status === 200 ? 'page' : 'other';
}

/** @returns whether a page is of the same build as a shell: it names no part that is not in it */
export const isOf = (html: string, { parts }: Pick<Shell, 'parts'>): boolean =>
  [...html.matchAll(/\/screens\/assets\/([\w.-]+)/g)].every(([, name = '']) => Object.hasOwn(parts, name));

/** Names in Cache Storage, which all services of an origin share. @param base path of the service, such as `/rail` */
export const shellsBelow = (base: string): string => `ticket-rail shell of ${base}/screens `;
export const boardsBelow = (base: string): string => `ticket-rail boards of ${base}/screens`;
