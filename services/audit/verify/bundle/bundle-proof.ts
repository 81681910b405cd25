import type { KeyObject } from 'node:crypto';
import { hashOf } from '../../../../schemas/events/order-events';
import { comparePositions, type RecordedEvent } from '../../../event-store/event-store';
import { leafOf } from '../../../event-store/seal/log-hash';
import { count, counted } from '../../../terminal/figures';
import { keyIdOf } from '../../checkpoints/signature';
import { provenInclusion, type ProvenInclusion } from '../../merkle/inclusion-text';
import { openNote } from '../../merkle/signed-note';
import { leafHashOf } from '../../merkle/tree';
import { NOWHERE, placeOf } from '../../chain/verification';
import { eventsIn, type SignatureResult } from './bundle-signatures';
import { quotedFromFile } from '../quoted-from-file';
import type { Members } from '../line-members';

/** Verifies the proof in evidence that an event of the order is in the log of a signed note. */

const isSignedBy = ({ origin, note }: ProvenInclusion, publicKey: KeyObject): boolean =>
  openNote(note, { name: origin, type: 'note', publicKey }) !== null;

/**
 * @returns what the chain adds: it has everything before an event, where all of that has hashes
 * @param stream the events of the stream of that event
 * @param holds whether nothing is wrong with them
 */
function chained(stream: readonly RecordedEvent[], of: RecordedEvent, holds: boolean): string {
  const upTo = stream.filter(({ position }) => comparePositions(position, of.position) <= 0);
  const later = stream.length - upTo.length;
  const areSealed = upTo.every((event) => hashOf(event, 'event_hash') !== null);
  const before = upTo.length - 1;
  return (
    (before > 0 && areSealed && holds
      ? ` With it, the chain proves the ${counted(before, 'event', 'events')} before it.`
      : '') + (later === 0 ? '' : ` The note says nothing of ${counted(later, 'later event', 'later events')}.`)
  );
}

const sentence = ({ origin, size, index, hashes }: ProvenInclusion, { position }: RecordedEvent, by: KeyObject) =>
  `The event at position ${position} is number ${count(index + 1)} of the ${count(size)} in the log ` +
  `${quotedFromFile(origin)}: ${counted(hashes, 'hash proves', 'hashes prove')} it, with a note signed by the key ` +
  `${keyIdOf(by)}.`;

const NOT_VERIFIED =
  'A proof by a signed note is in it. Who signed the note was not verified: it takes the public key.';

/**
 * @param lines what the lines say, in their order; null for those that cannot be read
 * @param publicKey null if none was given
 * @param holds whether nothing else is wrong with the evidence: the chain of events that do not hold proves nothing
 */
export function checkBundleProof(
  lines: readonly (Members | null)[],
  publicKey: KeyObject | null,
  holds: boolean,
): SignatureResult {
  const found = lines.flatMap((line, index) => (line?.['kind'] === 'proof' ? [{ ...line, line: index + 1 }] : []));
  const [first, second] = found;
  if (first === undefined) return { faults: [], notes: [] };
  const { position, proof } = first as Members;
  const events = eventsIn(lines);
  const event = events.find((one) => one.position === position);
  const proven =
    event === undefined || typeof proof !== 'string' ? null : provenInclusion(proof, leafHashOf(leafOf(event)));
  const fault = (detail: string, { line } = first): SignatureResult => ({
    faults: [{ ...(event === undefined ? NOWHERE : placeOf(event)), code: 'check', line, detail }],
    notes: [],
  });
  if (second !== undefined) return fault('there is more than one proof', second);
  if (event === undefined) return fault('the proof is of an event that is not here');
  if (proven === null) return fault('the proof does not lead from its event to the signed note in it');
  if (publicKey === null) return { faults: [], notes: [NOT_VERIFIED] };
  if (!isSignedBy(proven, publicKey)) return fault('the note of the proof is not signed by the key');
  const stream = events.filter((one) => one.stream === event.stream);
  return { faults: [], notes: [`${sentence(proven, event, publicKey)}${chained(stream, event, holds)}`] };
}
