/** To and from the client's messages. */

import { Transform } from 'node:stream';

import type { AllStreamResolvedEvent, Position as ClientPosition, ResolvedEvent } from '@eventstore/db-client';
import { Empty, StreamIdentifier, UUID, WrongExpectedVersion } from '@eventstore/db-client/generated/shared_pb';
import type { Status } from '@eventstore/db-client/generated/status_pb';
import { BatchAppendReq, type BatchAppendResp, type ReadResp } from '@eventstore/db-client/generated/streams_pb';

import { eventId } from '../../../schemas/events/event-id';
import { mayLoseDigits, parseJson } from '../../../schemas/json/exact-json';
import { type StreamName, streamName } from '../../../schemas/events/stream-name';
import { parsePosition, type ExpectedRevision, type Payload, type Position } from '../event-store';
import type { Appended, Outcome, ReceivedEvent } from './connection';
import { classifyFailure, type Failure } from './failures';
import { metadataFromClient, type WireEvent } from './wire';

const UNREADABLE = failure('unknown', 'EventStoreDB sent an answer that cannot be understood');

export function failure(kind: 'not-done' | 'unknown', message: string): Exclude<Failure, { kind: 'conflict' }> {
  return { kind, message, cause: undefined };
}

export function identifierOf(stream: StreamName): StreamIdentifier {
  return new StreamIdentifier().setStreamName(new Uint8Array(Buffer.from(stream)));
}

export function toRequest(
  correlation: string,
  stream: StreamName,
  events: readonly WireEvent[],
  expected: ExpectedRevision,
): BatchAppendReq {
  const options = new BatchAppendReq.Options().setStreamIdentifier(identifierOf(stream));
  if (typeof expected === 'number') options.setStreamPosition(String(expected));
  else expectNamed(options, expected);
  const messages = events.map((event) => {
    const message = new BatchAppendReq.ProposedMessage()
      .setId(new UUID().setString(event.id))
      .setData(event.data)
      .setCustomMetadata(event.metadata);
    message
      .getMetadataMap()
      .set('type', event.type)
      .set('content-type', event.json ? 'application/json' : 'application/octet-stream');
    return message;
  });
  return new BatchAppendReq()
    .setCorrelationId(new UUID().setString(correlation))
    .setOptions(options)
    .setProposedMessagesList(messages)
    .setIsFinal(true);
}

interface Expecting {
  setNoStream(value: Empty): unknown;
  setAny(value: Empty): unknown;
  setStreamExists(value: Empty): unknown;
}

function expectNamed(options: Expecting, expected: Exclude<ExpectedRevision, number>): void {
  switch (expected) {
    case 'no_stream':
      options.setNoStream(new Empty());
      break;
    case 'any':
      options.setAny(new Empty());
      break;
    case 'stream_exists':
      options.setStreamExists(new Empty());
      break;
  }
}

export function expect<Options extends Expecting & { setRevision(value: string): unknown }>(
  options: Options,
  expected: ExpectedRevision,
): Options {
  if (typeof expected === 'number') options.setRevision(String(expected));
  else expectNamed(options, expected);
  return options;
}

/** Reads what came of an append. Must not throw: grpc-js would report that as an unhandled rejection. */
export function toOutcome(response: BatchAppendResp): Outcome<Appended> {
  try {
    return parseOutcome(response);
  } catch {
    return UNREADABLE;
  }
}

function parseOutcome(response: BatchAppendResp): Outcome<Appended> {
  const error = response.getError();
  if (error !== undefined) return toFailure(error);
  const success = response.getSuccess();
  if (success?.hasCurrentRevision() !== true) return UNREADABLE;
  const position = parsePosition(success.getPosition()?.getCommitPosition() ?? '');
  return { kind: 'done', value: { revision: toRevision(success.getCurrentRevision()), position } };
}

/**
 * Reads why an append failed. The errors of appends come as details of a status inside an answer, not as gRPC errors.
 */
function toFailure(error: Status): Failure {
  const details = error.getDetails();
  const type = details?.getTypeName() ?? '';
  const decode = (bytes: Uint8Array): WrongExpectedVersion => WrongExpectedVersion.deserializeBinary(bytes);
  const wrong = details?.unpack(decode, 'event_store.client.WrongExpectedVersion') ?? null;
  if (wrong !== null) {
    const actual = wrong.hasCurrentStreamRevision() ? toRevision(wrong.getCurrentStreamRevision()) : 'no_stream';
    return { kind: 'conflict', actual };
  }
  const name = type.slice(type.lastIndexOf('.') + 1);
  return classifyFailure(Object.assign(new Error(`${error.getMessage()} (${name})`), { type: ERROR_TYPES[name] }));
}

/** The client's names for the same errors where they come as gRPC errors. */
const ERROR_TYPES: Readonly<Record<string, string>> = {
  StreamDeleted: 'stream-deleted',
  MaximumAppendSizeExceeded: 'maximum-append-size-exceeded',
  MaximumAppendEventSizeExceeded: 'maximum-append-size-exceeded',
  AccessDenied: 'access-denied',
  BadRequest: 'invalid-argument',
};

/**
 * Makes the client keep the digits of numbers. It reads JSON with `JSON.parse`, which changes numbers that a double
 * does not hold, and gives nothing but what came of it (docs/protocol.md#ruling-5-1). So an event that may hold one is
 * read once more, from the message that it came in.
 */
export function keepDigits(received: unknown): void {
  if (!(received instanceof Transform)) throw new Error('the client reads otherwise than its version 6.2.1');
  const transform = received._transform.bind(received);
  received._transform = (message: ReadResp, encoding, next) => {
    transform(message, encoding, (error, resolved: ResolvedEvent | undefined) => {
      const record = message.getEvent()?.getEvent();
      if (record !== undefined && resolved?.event !== undefined) {
        const { event } = resolved;
        // What is read once more is what was read, but for the digits of its numbers.
        event.data = withDigits(record.getData_asU8(), event.data) as typeof event.data;
        event.metadata = withDigits(record.getCustomMetadata_asU8(), event.metadata) as typeof event.metadata; // the same
      }
      next(error, resolved);
    });
  };
}

/** @param read what the client made of the bytes: bytes and text where they are no JSON */
function withDigits(bytes: Uint8Array, read: unknown): unknown {
  if (read === undefined || typeof read === 'string' || read instanceof Uint8Array) return read;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return mayLoseDigits(text) ? parseJson(text) : read;
}

export function toReceived(resolved: ResolvedEvent | AllStreamResolvedEvent): ReceivedEvent {
  const { event } = resolved;
  const commit = event?.position?.commit ?? resolved.commitPosition;
  if (commit === undefined)
    throw new Error('an event came without its position; EventStoreDB 23.10 is the oldest usable');
  const position = toPosition(commit);
  if (event === undefined || event.streamId.startsWith('$') || event.type.startsWith('$')) {
    return { kind: 'event', position, event: null };
  }
  return {
    kind: 'event',
    position,
    event: {
      stream: streamName(event.streamId),
      id: eventId(event.id),
      type: event.type,
      data: event.data as Payload, // JSON or bytes, by its content type
      metadata: metadataFromClient(event.metadata),
      revision: toRevision(event.revision),
      position,
      created: event.created,
    },
  };
}

function toRevision(revision: string | bigint): number {
  const number = Number(revision);
  if (!Number.isSafeInteger(number)) throw new Error(`revision ${String(revision)} is beyond what a number can hold`);
  return number;
}

function toPosition(commit: bigint): Position {
  const position = parsePosition(String(commit));
  if (position === null) throw new Error(`position ${String(commit)} is beyond 64 bits`);
  return position;
}

/** Writes a position as the client does. Prepare and commit are the same for everything that was written over gRPC. */
export function toClientPosition(position: Position): ClientPosition {
  return { commit: BigInt(position), prepare: BigInt(position) };
}
