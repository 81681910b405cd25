import { basePath } from '../shared/base-path';

/** Name of the policy of the page's content security policy under which the service worker, and nothing else, is loaded. */
const POLICY = 'ticket-rail-shell';

/** The part of trusted types that is used; other browsers have none. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(text: string): string };
}

/** Has the browser install the page that is open: its board, as its address says. */
export function followManifest(): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]');
  if (link === null) return;
  const page = /\/screens\/([a-z]+)\/?$/.exec(window.location.pathname)?.[1] ?? '';
  const search = new URLSearchParams(window.location.search);
  search.set('page', page);
  const address = new URL(`${basePath}/screens/manifest.webmanifest?${search.toString()}`, document.baseURI).href;
  if (link.href !== address) link.href = address;
}

/**
 * Has the page open without the service from now on, and be installed as an app. It needs a secure context; where there is
 * none, nothing happens.
 */
export async function install(): Promise<void> {
  followManifest();
  if (!('serviceWorker' in navigator)) return;
  const address = `${basePath}/screens/service-worker.js`;
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes }; // where the browser has them
  const trusted = trustedTypes?.createPolicy(POLICY, { createScriptURL: () => address }).createScriptURL('') ?? address;
  try {
    await navigator.serviceWorker.register(trusted, { scope: `${basePath}/screens` });
  } catch {
    // The browser refuses storage, or the service is of a version without a worker: then all is as without one.
  }
}
