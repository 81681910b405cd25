import { eventId } from '../../../schemas/events/event-id';
import { type StreamName, streamName } from '../../../schemas/events/stream-name';
import { parseJson } from '../../../schemas/json/exact-json';
import { isJsonObject } from '../../../schemas/json/json-object';
import { parsePosition, type RecordedEvent } from '../../event-store/event-store';
import type { VerificationFault } from '../chain/verify-event';

/** Reads what a line of an export or of evidence says, whether or not it holds. */

/** What a line says. */
export type Members = Readonly<Record<string, unknown>>;

/** Deepest nesting of a line, which takes two bytes a level; that of a delivery is a fraction of it. */
export const MOST_NESTED = 1_000;

/**
 * @returns whether a value is nested deeper than {@link MOST_NESTED}; without recursion, so that no nesting exhausts
 *   the stack.
 */
export function isNestedDeeper(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_NESTED) return true;
    level = level.flatMap((one) =>
      Array.isArray(one) || isJsonObject(one)
        ? Object.values<unknown>(one).filter((member) => typeof member === 'object' && member !== null)
        : [],
    );
  }
  return false;
}

/** @returns what a line says; null if it is no JSON object. */
export function parseMembers(text: string): Members | null {
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const streamIn = ({ stream }: Members): StreamName | null => (typeof stream === 'string' ? streamName(stream) : null);

/** @returns where the event of a line stands, as far as the line says so. */
export const placeIn = (members: Members): Omit<VerificationFault, 'code' | 'detail' | 'line'> => ({
  position: parsePosition(textOf(members['position']) ?? ''),
  stream: streamIn(members),
  revision: typeof members['revision'] === 'number' ? members['revision'] : null,
});

function payloadOf(members: Members, name: 'data' | 'metadata'): RecordedEvent['metadata'] {
  const bytes = members[`${name}_base64`];
  return typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : (members[name] as RecordedEvent['metadata']); // parsed JSON
}

/** @returns a time as it is written; null for any other form, of which each engine makes a time of its own. */
function timeIn(text: string): Date | null {
  const at = new Date(text);
  return !Number.isNaN(at.getTime()) && at.toISOString() === text ? at : null;
}

/** @returns the event of a line; null if a member is missing, or of the wrong type. */
export function eventOf(members: Members): RecordedEvent | null {
  const { id, type, revision, created } = members;
  const stream = streamIn(members);
  const position = parsePosition(textOf(members['position']) ?? '');
  const data = payloadOf(members, 'data');
  if (stream === null || typeof id !== 'string' || typeof type !== 'string') return null;
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || revision < 0) return null;
  const at = typeof created === 'string' ? timeIn(created) : null;
  if (at === null || position === null || data === undefined) return null;
  return {
    stream,
    id: eventId(id),
    type,
    data,
    metadata: payloadOf(members, 'metadata'),
    revision,
    position,
    created: at,
  };
}
