import { keep, load } from '../shared/storage';

/** By what a screen is known to who runs the service. */

/** Characters of the codes of browsers, none of which is taken for another. */
const CODE_CHARACTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const CODE_LENGTH = 4;
const TAB = 'ticket-rail screen';

const randomBytes = (many: number): readonly number[] => [...crypto.getRandomValues(new Uint8Array(many))];

/** Returns a code of this browser, made once: screens that nobody gave a name are distinguished by it. */
export function browserCode(): string {
  const kept = load('screen code');
  if (kept !== null) return JSON.parse(kept) as string; // as it is kept below
  const code = randomBytes(CODE_LENGTH)
    .map((byte) => CODE_CHARACTERS[byte % CODE_CHARACTERS.length])
    .join('');
  keep('screen code', code);
  return code;
}

/**
 * Takes the id of a screen: that which this tab left when it was reloaded, or else a new one. While it is taken it is not
 * kept, so that neither a copy of the tab nor a second board in it has the same.
 */
export function takeScreenId(): string {
  try {
    const kept = sessionStorage.getItem(TAB);
    sessionStorage.removeItem(TAB);
    if (kept !== null && /^[0-9a-f]{32}$/.test(kept)) return kept;
  } catch {
    // A browser may refuse storage: then a reload makes another screen.
  }
  return randomBytes(16)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

/** Leaves an id to what is shown next in this tab. */
export function leaveScreenId(id: string): void {
  try {
    sessionStorage.setItem(TAB, id);
  } catch {
    // As above.
  }
}
