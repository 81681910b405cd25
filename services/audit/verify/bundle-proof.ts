import type { KeyObject } from 'node:crypto';
import { hashOf } from '../../../schemas/order-events';
import { comparePositions, type RecordedEvent } from '../../event-store/event-store';
import { leafOf } from '../../event-store/seal/log-hash';
import { count } from '../../terminal/figures';
import { keyIdOf } from '../checkpoints/signature';
import { provenInclusion, type ProvenInclusion } from '../merkle/inclusion-text';
import { openNote } from '../merkle/signed-note';
import { leafHashOf } from '../merkle/tree';
import { NOWHERE, placeOf } from '../chain/verification';
import { eventsIn, type SignatureResult } from './bundle-signatures';
import { quotedFromFile } from './quoted-from-file';
import type { Members } from './verify-lines';

/** Verifies the proof in evidence that an event of the order is in the log of a signed note. */

const isSignedBy = ({ origin, note }: ProvenInclusion, publicKey: KeyObject): boolean =>
  openNote(note, { name: origin, type: 'note', publicKey }) !== null;

const counted = (number: number, one: string, more: string): string => `${count(number)} ${number === 1 ? one : more}`;

/** @returns what the chain adds: it has everything before an event, where all of that has hashes. */
function chained(events: readonly RecordedEvent[], of: RecordedEvent): string {
  const upTo = events.filter(({ position }) => comparePositions(position, of.position) <= 0);
  const later = events.length - upTo.length;
  const areSealed = upTo.every((event) => hashOf(event, 'event_hash') !== null);
  const before = upTo.length - 1;
  return (
    (before > 0 && areSealed ? ` With it, the chain proves the ${counted(before, 'event', 'events')} before it.` : '') +
    (later === 0 ? '' : ` The note says nothing of ${counted(later, 'later event', 'later events')}.`)
  );
}

function sentence(
  { origin, size, index, hashes }: ProvenInclusion,
  event: RecordedEvent,
  by: KeyObject | null,
): string {
  const what =
    `The event at position ${event.position} is number ${count(index + 1)} of the ${count(size)} in the log ` +
    `${quotedFromFile(origin)}: ${counted(hashes, 'hash proves', 'hashes prove')} it`;
  return by === null
    ? `${what}. Who signed the note was not verified: it takes the public key.`
    : `${what}, with a note signed by the key ${keyIdOf(by)}.`;
}

/** @param lines what the lines say, in their order; null for those that cannot be read @param publicKey null if none was given */
export function checkBundleProof(lines: readonly (Members | null)[], publicKey: KeyObject | null): SignatureResult {
  const at = lines.findIndex((line) => line?.['kind'] === 'proof');
  const { position, proof } = lines[at] ?? {};
  if (at < 0) return { faults: [], notes: [] };
  const events = eventsIn(lines);
  const event = events.find((one) => one.position === position);
  const proven =
    event === undefined || typeof proof !== 'string' ? null : provenInclusion(proof, leafHashOf(leafOf(event)));
  const fault = (detail: string): SignatureResult => ({
    faults: [{ ...(event === undefined ? NOWHERE : placeOf(event)), code: 'check', line: at + 1, detail }],
    notes: [],
  });
  if (event === undefined) return fault('the proof is of an event that is not here');
  if (proven === null) return fault('the proof does not lead from its event to the signed note in it');
  if (publicKey !== null && !isSignedBy(proven, publicKey))
    return fault('the note of the proof is not signed by the key');
  return { faults: [], notes: [`${sentence(proven, event, publicKey)}${chained(events, event)}`] };
}
