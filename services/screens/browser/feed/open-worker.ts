import workerUrl from './feed-worker?sharedworker&url';

/** Name of the policy of the page's content security policy under which the worker, and nothing else, is loaded. */
const POLICY = 'ticket-rail-worker';

/** The part of trusted types that is used; other browsers have none. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(text: string): string };
}

let trusted: string | null = null;

/** Returns the worker's address in the form that the page's policy asks for. */
function trustedUrl(): string {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes }; // where the browser has them
  trusted ??= trustedTypes?.createPolicy(POLICY, { createScriptURL: () => workerUrl }).createScriptURL('') ?? workerUrl;
  return trusted;
}

/**
 * Joins the worker that all tabs of this origin share, or starts it.
 * @param number which of the workers, one of which may have died
 * @param onError called if it cannot be loaded
 * @returns null where there can be none: in browsers that lack it, and on pages of another origin
 */
export function openWorker(number: number, onError: () => void): MessagePort | null {
  if (typeof SharedWorker === 'undefined') return null;
  try {
    const worker = new SharedWorker(trustedUrl(), `ticket-rail-feed-${String(number)}`);
    worker.onerror = onError;
    return worker.port;
  } catch {
    return null;
  }
}
