import type { KeyObject } from 'node:crypto';
import { Checkpoint } from '../../../../schemas/api/checkpoint';
import { noteOf } from '../../checkpoints/note';
import { isSignedBy, keyIdOf } from '../../checkpoints/signature';
import { NOWHERE } from '../../chain/verification';
import type { VerificationFault } from '../../chain/verify-event';
import type { RecordedEvent } from '../../../event-store/event-store';
import { leafOf } from '../../../event-store/seal/log-hash';
import { eventOf, type Members } from '../line-members';

/** What is wrong with the signed checkpoints in evidence, and what has to be known of them besides. */
export interface SignatureResult {
  readonly faults: readonly VerificationFault[];
  readonly notes: readonly string[];
}

/** @returns the events in evidence, as far as they can be read. */
export const eventsIn = (lines: readonly (Members | null)[]): readonly RecordedEvent[] =>
  lines.flatMap((line) => (line?.['kind'] === 'event' ? (eventOf(line) ?? []) : []));

/** @returns what is wrong with a checkpoint; null if the key signed it, and an event here is not another than it says. */
function wrongWith(checkpoint: unknown, leaves: ReadonlyMap<string, string>, publicKey: KeyObject): string | null {
  const { data } = Checkpoint.safeParse(checkpoint);
  if (data === undefined) return 'it is no checkpoint';
  if (!isSignedBy(data, publicKey)) return 'its signature is not by the key';
  if (data.note !== undefined && noteOf(data, publicKey) === null)
    return 'its note is of another log, or not by the key';
  const leaf = leaves.get(data.position);
  return leaf === undefined || data.leaf === undefined || leaf === data.leaf
    ? null
    : 'the event at its position is not the one that was signed';
}

/**
 * Compares the signed checkpoints in evidence with the key that they have to be signed with, and with the events that they
 * end with, as far as those are in it.
 * @param lines what the lines say, in their order; null for those that cannot be read
 * @param publicKey null if none was given
 */
export function checkBundleSignatures(
  lines: readonly (Members | null)[],
  publicKey: KeyObject | null,
): SignatureResult {
  const signed = lines.flatMap((line, index) =>
    line?.['kind'] === 'checkpoint' ? [{ line: index + 1, checkpoint: line['checkpoint'] }] : [],
  );
  const all = String(signed.length);
  if (publicKey === null) {
    const note = `Signed checkpoints are in it (${all}). Who signed them was not verified: it takes the public key.`;
    return { faults: [], notes: signed.length === 0 ? [] : [note] };
  }
  const leaves = new Map<string, string>(eventsIn(lines).map((event) => [event.position, leafOf(event)] as const));
  const faults = signed.flatMap(({ line, checkpoint }) => {
    const wrong = wrongWith(checkpoint, leaves, publicKey);
    return wrong === null
      ? []
      : [{ ...NOWHERE, code: 'check' as const, line, detail: `a signed checkpoint does not hold: ${wrong}` }];
  });
  const held = String(signed.length - faults.length);
  const note =
    signed.length === 0
      ? 'No signed checkpoint is in it that the public key could verify.'
      : `${held} of ${all} signed checkpoints in it are by the key ${keyIdOf(publicKey)}.`;
  return { faults, notes: [note] };
}
