import { LoadingError } from '../shared/model/loading-error';
import { answerTo, boardsBelow, isOf, meaningOf, type Shell, shellsBelow } from './model/shell';
import { deleteOld } from './old-boards';

/**
 * The service worker of the screens: it opens their pages where the service does not answer, and nothing else. What the
 * service says of orders, readers or anything else never passes through it, and the network always goes first for pages,
 * so that an update and the end of a session are seen at once.
 */

/** The build puts in what it made (../service-worker.mjs). */
declare const __SHELL__: Shell;
const SHELL = __SHELL__;

/** The part of a service worker's global scope that is used. */
interface WorkerScope {
  readonly location: Location;
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
}
interface ExtendableEvent {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

/** Milliseconds that the service may take to answer for a page that is kept. */
const PATIENCE_MS = 5_000;

const scope = self as unknown as WorkerScope; // of a service worker
const ROOT = new URL('.', scope.location.href).href;
const BASE = new URL(ROOT).pathname.replace(/\/screens\/$/, '');
const NAME = `${shellsBelow(BASE)}${SHELL.version}`;
const BOARDS = boardsBelow(BASE);

const keyOf = (path: string): string => new URL(path, ROOT).href;

/** The page that was opened last came from what is kept, and so must its parts. */
let servesKept = false;

/** Fetches all that this build needs: another instance of the service may be of another version. */
async function fill(cache: Cache): Promise<void> {
  const { documents, parts } = SHELL;
  const pages = documents.map(async (name) => {
    const page = await fetch(keyOf(name), { cache: 'no-cache', redirect: 'error' });
    if (!page.ok || !isOf(await page.clone().text(), SHELL)) throw new LoadingError(`${name} is of another version.`);
    await cache.put(keyOf(name), page);
  });
  const files = Object.entries(parts).map(async ([name, integrity]) => {
    const file = await fetch(keyOf(`assets/${name}`), { integrity });
    if (!file.ok) throw new LoadingError(`${name} is of another version.`);
    await cache.put(keyOf(`assets/${name}`), file);
  });
  await Promise.all([...pages, ...files]);
}

/** Keeps the whole shell or nothing. One that an active worker of the same build has is left to it. */
async function install(): Promise<void> {
  const isNew = !(await caches.has(NAME));
  try {
    await fill(await caches.open(NAME));
  } catch (error) {
    if (isNew) await caches.delete(NAME);
    throw error;
  }
}

const shells = async (): Promise<readonly string[]> =>
  (await caches.keys()).filter((name) => name.startsWith(shellsBelow(BASE)));

async function deleteCaches(names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** What is kept; nothing where the browser's storage fails: then a page is loaded as without a worker. */
const kept = async (path: string): Promise<Response | undefined> => {
  try {
    return await caches.match(keyOf(path), { cacheName: NAME }); // makes none where there is none any more
  } catch {
    return undefined;
  }
};

/** Deletes boards that are too old: the page that kept them may never be opened again. */
async function forgetOld(): Promise<void> {
  if (await caches.has(BOARDS)) await deleteOld(await caches.open(BOARDS));
}

/** Draws the consequences of what the service answered for a page. @param isKept whether it is one that is kept */
async function heed(answer: Response, isKept: boolean): Promise<void> {
  const meaning = meaningOf(answer);
  if (meaning === 'signed-out') await caches.delete(BOARDS);
  if (!isKept || meaning !== 'page' || isOf(await answer.text(), SHELL)) return;
  // The page is of another version. One that has no worker any more is left alone for good.
  const { status } = await fetch(scope.location.href, { cache: 'no-store' });
  if (status === 404 || status === 410) {
    await scope.registration.unregister();
    await deleteCaches([...(await shells()), BOARDS]);
  } else await scope.registration.update();
}

const after = (ms: number): Promise<null> =>
  new Promise((resolve) => {
    setTimeout(() => {
      resolve(null);
    }, ms);
  });

/** @param name under which it is kept; null: it is not */
async function openPage(event: FetchEvent, name: string | null): Promise<Response> {
  const asked = fetch(event.request);
  event.waitUntil(asked.then((answer) => heed(answer.clone(), name !== null)).catch(() => undefined));
  event.waitUntil(forgetOld().catch(() => undefined));
  servesKept = false;
  if (name === null) return asked;
  const answer = await Promise.race([asked.catch(() => null), after(PATIENCE_MS)]);
  if (answer !== null && meaningOf(answer) !== 'away') return answer;
  const page = await kept(name);
  if (page === undefined) return answer ?? asked;
  servesKept = true;
  return page;
}

/** The session is another one already, even if the answer to this never comes. */
async function openSession({ request }: FetchEvent): Promise<Response> {
  await caches.delete(BOARDS).catch(() => false);
  servesKept = false;
  return fetch(request);
}

async function keptFirst(path: string, request: Request): Promise<Response> {
  return (await kept(path)) ?? fetch(request);
}

async function networkFirst(path: string, request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const part = await kept(path);
    if (part === undefined) throw error;
    return part;
  }
}

scope.addEventListener('install', (event) => {
  event.waitUntil(install().then(() => scope.skipWaiting()));
});
scope.addEventListener('activate', (event) => {
  const leave = async (): Promise<void> => deleteCaches((await shells()).filter((name) => name !== NAME));
  event.waitUntil(Promise.all([leave(), forgetOld().catch(() => undefined), scope.clients.claim()]));
});
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const answer = answerTo(request, SHELL, ROOT);
  if (answer?.kind === 'document') event.respondWith(openPage(event, answer.name));
  else if (answer?.kind === 'session') event.respondWith(openSession(event));
  else if (answer !== null) {
    const path = `assets/${answer.name}`;
    const isKeptFirst = answer.kind === 'hashed' || servesKept;
    event.respondWith(isKeptFirst ? keptFirst(path, request) : networkFirst(path, request));
  }
});
