import { cosignatureLine, type NoteSigner } from './sign-note';
import { type CheckpointText, type NoteVerifier, openNote, parseCheckpointText } from './signed-note';
import { isConsistent, type TreeHash } from './tree';

/**
 * What a witness does (c2sp.org/tlog-witness): it remembers the newest checkpoint of a log that it signed, and signs another
 * only if that log begins with all that it saw. A history that was written anew is refused, even with the key of the log.
 */

export type Witnessed =
  /** @property note with the signature of the witness: what it remembers from now on */
  | { readonly kind: 'cosigned'; readonly note: string; readonly checkpoint: CheckpointText }
  | { readonly kind: 'refused'; readonly detail: string };

const refused = (detail: string): Witnessed => ({ kind: 'refused', detail });

function checkpointIn(note: string, verifier: NoteVerifier): CheckpointText | null {
  const text = openNote(note, verifier);
  const checkpoint = text === null ? null : parseCheckpointText(text);
  return checkpoint?.origin === verifier.name ? checkpoint : null;
}

/** What a witness remembers of a log: nothing, a checkpoint, or what is not by its own key. */
export type Remembered = CheckpointText | 'nothing' | 'unreadable';

/** @param previous what it remembers, as {@link cosign} gave it; null for nothing */
export function rememberedIn(previous: string | null, witness: NoteVerifier): Remembered {
  if (previous === null) return 'nothing';
  const text = openNote(previous, witness);
  return (text === null ? null : parseCheckpointText(text)) ?? 'unreadable';
}

/**
 * Decides whether a witness signs the newest note of a log.
 * @param proof that its log begins with what the witness remembers; not looked at where that is nothing
 * @param seconds since the epoch
 */
export function cosign(options: {
  readonly remembered: Exclude<Remembered, 'unreadable'>;
  readonly note: string;
  readonly proof: readonly TreeHash[];
  readonly log: NoteVerifier;
  readonly witness: NoteSigner;
  readonly seconds: number;
}): Witnessed {
  const { remembered, note, proof, log, witness, seconds } = options;
  const checkpoint = checkpointIn(note, log);
  if (checkpoint === null) return refused(`the note is no checkpoint that ${log.name} signed`);
  if (remembered !== 'nothing') {
    const { origin, size } = remembered;
    if (origin !== checkpoint.origin) return refused(`what was seen before is of another log: ${origin}`);
    if (checkpoint.size < size)
      return refused(`it has ${String(checkpoint.size)} events, and had ${String(size)} before`);
    if (!isConsistent(remembered, checkpoint, proof))
      return refused(`it does not begin with the ${String(size)} events that were seen before: history was changed`);
  }
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
  const own = cosignatureLine(text, witness, seconds);
  return { kind: 'cosigned', note: `${signatureOf(note, log)}${own}`, checkpoint };
}

/** @returns a note with the signature of one verifier alone: what others added is not vouched for. */
function signatureOf(note: string, { name }: NoteVerifier): string {
  const split = note.lastIndexOf('\n\n') + 2;
  const lines = note.slice(split).split('\n');
  return `${note.slice(0, split)}${lines.filter((line) => line.startsWith(`— ${name} `)).join('\n')}\n`;
}
