import { isJsonObject } from '../../../../schemas/json/json-object';
import type { NewScreen } from '../../../../schemas/api/pairing';
import { say } from '../operators/model/say';
import { addressOf } from '../shared/base-path';
import { abortAfter } from '../shared/deadline';

/** Milliseconds until a change counts as not answered. What it did is seen in the list. */
const TIMEOUT_MS = 30_000;

/** Words that stand alone. */
export interface SaidWords {
  readonly words: string;
  /** By BCP 47 tag, where it may be another than that of the page: the service speaks English. */
  readonly language?: 'en';
}

/** What came of a change; `why` it was not made. */
export type Changed = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly why: SaidWords };

const addressOfReader = (name: string): string => addressOf('', `/readers/${encodeURIComponent(name)}`);

/** Adds the screen that shows a code. Never fails: what came of it says so. */
export const addScreen = (name: string, screen: NewScreen): Promise<Changed> =>
  change(addressOfReader(name), {
    method: 'PUT',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: JSON.stringify(screen),
  });

/** Takes a screen away. Never fails: what came of it says so. */
export const removeScreen = (name: string): Promise<Changed> =>
  change(addressOfReader(name), { method: 'DELETE', headers: { Accept: 'application/json' } });

async function change(address: string, init: RequestInit): Promise<Changed> {
  try {
    return await abortAfter(TIMEOUT_MS, async (signal) => {
      const response = await fetch(address, { ...init, cache: 'no-store', signal });
      const text = await response.text();
      if (response.ok) return { kind: 'done' };
      const problem = problemIn(text);
      const words = [problem.title, problem.detail].filter((text) => typeof text === 'string').join('. ');
      return {
        kind: 'refused',
        why:
          words === ''
            ? { words: say('answer.status', { status: String(response.status) }) }
            : { words, language: 'en' },
      };
    });
  } catch {
    return { kind: 'refused', why: { words: say('readers.unreachable') } };
  }
}

/** Proxies answer with pages. */
function problemIn(text: string): { readonly title?: unknown; readonly detail?: unknown } {
  try {
    const answered: unknown = JSON.parse(text);
    return isJsonObject(answered) ? answered : {};
  } catch {
    return {};
  }
}
