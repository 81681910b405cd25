import { hash } from 'node:crypto';
import { stringifyJson } from '../../../schemas/json/exact-json';
import { payloadForm, type RecordedEvent } from '../event-store';

/**
 * One hash for a whole log: each event makes a leaf, and each leaf is hashed onto those before it. Whatever is changed,
 * taken out, put in or moved changes every hash after it. A deleted event can be stood in for by its leaf, which
 * reveals nothing of what it said.
 */

/** The hash of a log without events. */
export const EMPTY_LOG_HASH = '0'.repeat(64);

/** @returns SHA-256, hex, of all that a store gives back of an event: the JSON text of a list of its members. */
export function leafOf(event: RecordedEvent): string {
  const { position, stream, revision, id, type, created, data, metadata } = event;
  const members = [
    position,
    stream,
    revision,
    id,
    type,
    created.toISOString(),
    payloadForm(data),
    payloadForm(metadata),
  ];
  return hash('sha256', stringifyJson(members), 'hex');
}

/** @returns the hash of a log after one more leaf. */
export const afterLeaf = (logHash: string, leaf: string): string => hash('sha256', `${logHash}${leaf}`, 'hex');
