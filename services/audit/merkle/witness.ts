import { cosignatureLine, type NoteSigner } from './sign-note';
import {
  type CheckpointText,
  type NoteVerifier,
  openNote,
  type OpenedNote,
  openSigned,
  parseCheckpointText,
} from './signed-note';
import { isConsistent, type TreeHash } from './tree';

/**
 * What a witness does (c2sp.org/tlog-witness): it remembers the newest checkpoint of a log that it signed, and signs another
 * only if that log begins with all that it saw. A history that was written anew is refused, even with the key of the log.
 */

export type Witnessed =
  /** @property note with the signature of the witness: what it remembers from now on */
  | { readonly kind: 'cosigned'; readonly note: string; readonly checkpoint: CheckpointText }
  | {
      readonly kind: 'refused';
      readonly detail: string;
      /** What the key of the log signed against what is remembered of the same log; null if it signed nothing of it. */
      readonly against: CheckpointText | null;
    };

const refused = (detail: string, against: CheckpointText | null = null): Witnessed => ({
  kind: 'refused',
  detail,
  against,
});

interface SignedCheckpoint extends OpenedNote {
  readonly checkpoint: CheckpointText;
}

function checkpointIn(note: string, verifier: NoteVerifier): SignedCheckpoint | null {
  const opened = openSigned(note, verifier);
  const checkpoint = opened === null ? null : parseCheckpointText(opened.text);
  return opened === null || checkpoint?.origin !== verifier.name ? null : { ...opened, checkpoint };
}

/** What a witness remembers of a log: nothing, a checkpoint, or what is not by its own key. */
export type Remembered = CheckpointText | 'nothing' | 'unreadable';

/** @param previous what it remembers, as {@link cosign} gave it; null for nothing */
export function rememberedIn(previous: string | null, witness: NoteVerifier): Remembered {
  if (previous === null) return 'nothing';
  const text = openNote(previous, witness);
  return (text === null ? null : parseCheckpointText(text)) ?? 'unreadable';
}

/** @returns how a checkpoint is against an earlier one of the same log; null if it is not. */
function againstIt(before: CheckpointText, now: CheckpointText, proof: readonly TreeHash[]): string | null {
  // Every log begins with the empty one, which takes no proof.
  if (before.size === 0 || isConsistent(before, now, proof)) return null;
  const [size, seen] = [String(now.size), String(before.size)];
  if (now.size === before.size)
    return `it has another root for the same ${seen} events: the key signed two histories, and both notes prove it`;
  if (now.size < before.size)
    return `it has ${size} events, and had ${seen} before: the note is older, or the log was rolled back`;
  return `it could not be proven that its ${size} events begin with the ${seen} that were seen before`;
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
  const signed = checkpointIn(note, log);
  if (signed === null) return refused(`the note is no checkpoint that ${log.name} signed`);
  const { text, signature, checkpoint } = signed;
  if (remembered !== 'nothing') {
    const { origin } = remembered;
    if (origin !== checkpoint.origin)
      return refused(
        `what was seen before is of another log, ${origin}; after a restore it is one. Name a new --note file`,
      );
    const against = againstIt(remembered, checkpoint, proof);
    if (against !== null) return refused(against, checkpoint);
  }
  // What others signed is not vouched for, and not kept.
  const own = cosignatureLine(text, witness, seconds);
  return { kind: 'cosigned', note: `${text}\n${signature}${own}`, checkpoint };
}
