import { DELIVERY_CONTRACTS } from '../../../schemas/wire/handle-order';
import { isJsonObject } from '../../../schemas/json/json-object';
import { hashOf, ORDER_STREAM_PREFIX } from '../../../schemas/events/order-events';
import { actionOf, isActionType } from '../../../schemas/events/rail-actions';
import type { StreamName } from '../../../schemas/events/stream-name';
import { WITHHELD } from '../../../schemas/events/withheld';
import type { RecordedEvent } from '../../event-store/event-store';
import { contentHash, eventHash } from '../../event-store/seal/seal';
import type { StreamHead, StreamHeads } from './stream-heads';

/**
 * What must hold of each event and of its place after the event before it in its stream
 * (docs/decisions/013-tamper-evidence.md). Pure: a store, an export and a bundle are verified by the same code.
 */

export type FaultCode =
  /** The data are not those that `content_hash` was taken of. */
  | 'content'
  /** Stream, id, type or metadata are not those that `event_hash` was taken of. */
  | 'event'
  /** `previous_hash` is not the hash of the event before. */
  | 'chain'
  /** An event of the stream is missing, or is there twice, or in another order. */
  | 'revision'
  /** Hashes are missing where there must be some. */
  | 'unsealed'
  /** Positions do not ascend, or one is missing. */
  | 'position'
  /** What is stored is not as we write it. */
  | 'form'
  /** A line of a file, its manifest or the report around it. */
  | 'file'
  /** The database file. */
  | 'database'
  /** A finding of another check, such as signed checkpoints. */
  | 'check';

/** One thing that does not hold, and where. */
export interface VerificationFault {
  readonly code: FaultCode;
  readonly detail: string;
  readonly position: string | null;
  readonly stream: StreamName | null;
  readonly revision: number | null;
  /** Of a file, from 1; null in a store. */
  readonly line: number | null;
}

/** How strictly an event is compared with its hashes. */
export interface EventRules {
  /**
   * Values were withheld from the data: their hash cannot hold. From 0.3.0 on all hashes over what is withheld are
   * withheld with it.
   */
  readonly withheld: boolean;
  /** Events in between may be left out, because only a time range is there. */
  readonly gaps: boolean;
}

/** What came of an event, besides its faults. */
export interface EventResult {
  readonly faults: readonly { readonly code: FaultCode; readonly detail: string }[];
  /** It has hashes, shown or withheld. */
  readonly sealed: boolean;
  /**
   * Nothing before it is known though its revision says that there was something: it was deleted, is not in the file,
   * or was forgotten by {@link StreamHeads}.
   */
  readonly begins: boolean;
}

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Checks an event against its own hashes and against the newest event of its stream before it, and puts it into the
 * place of that one.
 * @param heads newest events of all streams so far; changed
 */
export function verifyEvent(event: RecordedEvent, heads: StreamHeads, rules: EventRules): EventResult {
  const faults: { code: FaultCode; detail: string }[] = [];
  const fault = (code: FaultCode, detail: string): void => {
    faults.push({ code, detail });
  };
  const { stream, id, type, data, metadata, revision } = event;
  const content = hashOf(event, 'content_hash');
  const own = hashOf(event, 'event_hash');
  const previous = hashOf(event, 'previous_hash');
  const members = isJsonObject(metadata) ? metadata : {};
  const areHashesWithheld = rules.withheld && own === WITHHELD;
  const sealed = own !== null && !areHashesWithheld;

  const isAction = stream.startsWith(ORDER_STREAM_PREFIX) && isActionType(type);
  const isOrder = isAction || (stream.startsWith(ORDER_STREAM_PREFIX) && Object.hasOwn(DELIVERY_CONTRACTS, type));
  if (isAction && actionOf(event) === null) fault('form', `the data are not those of ${type}`);
  if (content === null && !sealed && isOrder) fault('unsealed', 'there is no content_hash, which every version writes');
  const held =
    content !== null &&
    !rules.withheld &&
    !(data instanceof Uint8Array) &&
    holds(content, () => contentHash({ type, object: data }));
  if (content !== null && !held && !rules.withheld) {
    if (data instanceof Uint8Array) fault('content', 'the data are bytes, and not what content_hash was taken of');
    else fault('content', 'the data, or the type, are not what content_hash was taken of');
  }
  if (sealed) {
    if (!held && !SHA256.test(content ?? '')) fault('unsealed', 'there is an event_hash, but no content_hash');
    if (!holds(own, () => eventHash({ stream, id, type, metadata: members })))
      fault('event', 'the stream, id, type or metadata are not what event_hash was taken of');
  } else if (!areHashesWithheld && ('previous_hash' in members || 'event_hash' in members)) {
    fault('unsealed', 'there is a previous_hash, but no event_hash');
  }

  const before = heads.get(stream);
  heads.set(stream, revision, sealed ? own : null);
  const hasHashes = sealed || areHashesWithheld;
  if (before === null) return { faults, sealed: hasHashes, begins: revision > 0 };

  if (revision <= before.revision) {
    fault('revision', `revision ${String(revision)} comes after revision ${String(before.revision)} of its stream`);
  } else if (revision > before.revision + 1) {
    if (rules.gaps) return { faults, sealed: hasHashes, begins: true };
    const missing =
      revision === before.revision + 2
        ? `revision ${String(before.revision + 1)} is`
        : `revisions ${String(before.revision + 1)} to ${String(revision - 1)} are`;
    fault('revision', `${missing} missing before it`);
  } else {
    const broken = chainFault(event, sealed, previous, before);
    if (broken !== null) fault(broken.code, broken.detail);
  }
  return { faults, sealed: hasHashes, begins: false };
}

/** @returns whether an event names the one right before it. */
export function chainFault(
  { stream }: Pick<RecordedEvent, 'stream'>,
  sealed: boolean,
  previous: string | null,
  before: Pick<StreamHead, 'sealed' | 'is'>,
): { readonly code: FaultCode; readonly detail: string } | null {
  // Only orders are chained: events of other streams wait for nothing, and so name nothing.
  if (!stream.startsWith(ORDER_STREAM_PREFIX) && previous === null) return null;
  if (!sealed) {
    return before.sealed ? { code: 'unsealed', detail: 'it has no hashes, though the event before it has' } : null;
  }
  if (before.sealed ? previous !== null && before.is(previous) : previous === null) return null;
  return { code: 'chain', detail: 'previous_hash is not the event_hash of the event before it in its stream' };
}

/**
 * @param made makes what was read into text, or its hash; what has none, for a number in it was changed to one that
 *   JSON cannot hold, is not what was written, nor is what is nested so deep that it exhausts the stack
 */
export function holds(written: string, made: () => string): boolean {
  try {
    return made() === written;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
}
