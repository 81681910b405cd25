import {
  Metadata,
  status,
  type sendUnaryData,
  type Server,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { Code } from '@eventstore/db-client/generated/code_pb';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import {
  AllStreamPosition,
  Empty,
  MaximumAppendSizeExceeded,
  StreamDeleted,
  StreamIdentifier,
  Timeout,
  UUID,
  WrongExpectedVersion,
} from '@eventstore/db-client/generated/shared_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  type AppendReq,
  AppendResp,
  type BatchAppendReq,
  BatchAppendResp,
  type DeleteReq,
  DeleteResp,
  ReadReq,
  ReadResp,
  type TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { Empty as GoogleEmpty } from 'google-protobuf/google/protobuf/empty_pb';

import type { Faults } from './faults';
import type { Expected, Log, Proposed, Stored, WriteResult } from './log';

/**
 * Server lines that differ in what a subscription is told:
 *
 * - `23.10` sends no checkpoint when it has caught up, and cuts off a consumer that is too slow for what comes live;
 * - `24.2` sends one, tells such a consumer that it fell behind, and goes on from the log.
 */
export const SERVER_LINES = ['23.10', '24.2'] as const;
export type ServerLine = (typeof SERVER_LINES)[number];

/** A call that neither side has ended. */
export interface OpenCall {
  /** Only the leader may answer it. */
  readonly needsLeader: boolean;
  /** Ends it with status OK; null for a call that does not stream. */
  readonly end: (() => void) | null;
  /** Ends it as a node does that does not lead any more. */
  readonly loseLeader: ((port: number) => void) | null;
}

export interface Context {
  readonly log: Log;
  readonly port: number;
  readonly batchAppend: boolean;
  readonly line: ServerLine;
  readonly openCalls: Map<object, OpenCall>;
  readonly requests: Map<string, number>;
  /** Peers that get no answer. */
  readonly muted: ReadonlySet<string>;
  dropConnections(): void;
  faults(): Faults;
  /** Uses up one of the failures asked for by {@link Faults.unavailable}. */
  useUnavailable(): boolean;
  faultsChanged(): Promise<void>;
}

/** What calls of every shape have in common. */
interface Call {
  readonly cancelled: boolean;
  readonly metadata: Metadata;
  getPeer(): string;
  on(event: 'cancelled', listener: () => void): unknown;
}

/** Events looked at between two checkpoints of a filtered subscription, times the client's multiplier. */
const CHECKPOINT_INTERVAL = 32;
/** Events that a subscription reads at once while it catches up. */
const PAGE_SIZE = 32;
/** Live events that may wait for one consumer. */
const LIVE_EVENTS = 512;
const SERVER_VERSIONS: Readonly<Record<ServerLine, string>> = { '23.10': '23.10.6', '24.2': '24.2.0' };

export function addServices(server: Server, context: Context): void {
  server.addService(StreamsService, {
    read: (call: ServerWritableStream<ReadReq, ReadResp>) => {
      void read(context, call);
    },
    append: (call: ServerReadableStream<AppendReq, AppendResp>, reply: sendUnaryData<AppendResp>) => {
      append(context, call, reply);
    },
    batchAppend: (call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>) => {
      batchAppend(context, call);
    },
    delete: (call: ServerUnaryCall<DeleteReq, DeleteResp>, reply: sendUnaryData<DeleteResp>) => {
      void answer(context, 'Delete', call, reply, () => {
        const options = must(call.request.getOptions());
        const name = nameOf(options.getStreamIdentifier());
        const expected = options.hasRevision() ? Number(options.getRevision()) : expectedOf(options);
        refuse(context.log.delete(name, expected, 'soft'), name, expected);
        return new DeleteResp().setNoPosition(new Empty());
      });
    },
    tombstone: (call: ServerUnaryCall<TombstoneReq, TombstoneResp>, reply: sendUnaryData<TombstoneResp>) => {
      void answer(context, 'Tombstone', call, reply, () => {
        const options = must(call.request.getOptions());
        const name = nameOf(options.getStreamIdentifier());
        const expected = options.hasRevision() ? Number(options.getRevision()) : expectedOf(options);
        refuse(context.log.delete(name, expected, 'tombstone'), name, expected);
        return new TombstoneResp().setNoPosition(new Empty());
      });
    },
  });
  server.addService(ServerFeaturesService, {
    getSupportedMethods: (call: ServerUnaryCall<Empty, SupportedMethods>, reply: sendUnaryData<SupportedMethods>) => {
      void answer(context, 'GetSupportedMethods', call, reply, () => {
        if (context.faults().featureProbeFails) throw new Failure(status.INTERNAL, 'the features are not known yet');
        const methods = Object.values(StreamsService)
          .map((method) => (method as { path: string }).path.split('/').pop() ?? '')
          .filter((name) => name !== 'BatchAppend' || context.batchAppend)
          .map((name) =>
            new SupportedMethod()
              .setServiceName('event_store.client.streams.streams')
              .setMethodName(name.toLowerCase()),
          );
        return new SupportedMethods().setEventStoreServerVersion(SERVER_VERSIONS[context.line]).setMethodsList(methods);
      });
    },
  });
  server.addService(GossipService, {
    read: (call: ServerUnaryCall<Empty, ClusterInfo>, reply: sendUnaryData<ClusterInfo>) => {
      void answer(context, 'Gossip', call, reply, () => {
        const { leaderPort, notReady } = context.faults();
        const { FOLLOWER, LEADER, UNKNOWN } = MemberInfo.VNodeState;
        const self = member(context.port, notReady ? UNKNOWN : leaderPort === null ? LEADER : FOLLOWER);
        const others = leaderPort === null ? [] : [member(leaderPort, LEADER)];
        return new ClusterInfo().setMembersList([self, ...others]);
      });
    },
  });
}

function member(port: number, state: MemberInfo.VNodeState): MemberInfo {
  return new MemberInfo()
    .setInstanceId(new UUID().setString(`6e6f6465-0000-4000-8000-${String(port).padStart(12, '0')}`))
    .setTimeStamp(String(Date.now()))
    .setState(state)
    .setIsAlive(true)
    .setHttpEndPoint(new EndPoint().setAddress('127.0.0.1').setPort(port));
}

// --- what every request goes through ---

/** @returns what to fail the request with, null to go on; never resolves for a request that is to stay unanswered. */
async function admit(context: Context, method: string, call: Call): Promise<Failure | null> {
  context.requests.set(method, (context.requests.get(method) ?? 0) + 1);
  if (context.faults().silent || context.muted.has(call.getPeer())) await new Promise(() => undefined);
  if (context.faults().slowMs > 0) await new Promise((resolve) => setTimeout(resolve, context.faults().slowMs));
  while (context.faults().frozen) await context.faultsChanged();
  if (context.useUnavailable()) return new Failure(status.UNAVAILABLE, 'the node is going away');
  if (context.faults().tooBusy && method !== 'BatchAppend' && method !== 'Gossip')
    return new Failure(status.UNAVAILABLE, 'Server Is Too Busy');
  if (context.faults().notReady && method !== 'BatchAppend' && method !== 'Gossip')
    return new Failure(status.UNAVAILABLE, 'Server Is Not Ready');
  const { leaderPort } = context.faults();
  return leaderPort !== null && needsLeader(call) ? notLeader(leaderPort) : null;
}

const needsLeader = (call: Call): boolean => call.metadata.get('requires-leader').includes('true');

const notLeader = (leaderPort: number): Failure =>
  new Failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': '127.0.0.1',
    'leader-endpoint-port': String(leaderPort),
  });

/**
 * @param end ends a call that streams with status OK
 * @param fail ends it with a failure
 */
function open(
  context: Context,
  call: Call,
  end: (() => void) | null,
  fail: ((failure: Failure) => void) | null = null,
): () => void {
  const loseLeader = (port: number): void => fail?.(notLeader(port));
  context.openCalls.set(call, { needsLeader: needsLeader(call), end, loseLeader });
  const close = (): void => {
    context.openCalls.delete(call);
  };
  call.on('cancelled', close);
  return close;
}

async function answer<Reply>(
  context: Context,
  method: string,
  call: Call,
  reply: sendUnaryData<Reply>,
  work: () => Reply | null,
): Promise<void> {
  const close = open(context, call, null);
  const refused = await admit(context, method, call);
  try {
    // The server does not do what its client has given up on before it began.
    if (call.cancelled) return;
    if (refused !== null) {
      reply(refused);
    } else {
      const result = work();
      if (result === null) return;
      reply(null, result);
    }
    close();
  } catch (error) {
    reply(error as Partial<ServiceError>);
    close();
  }
}

/** Called after something was stored. @returns whether to say so. */
function mayAnswer(context: Context): boolean {
  const { storesWithoutAnswer, dropsAfterStoring } = context.faults();
  if (dropsAfterStoring) context.dropConnections();
  return !storesWithoutAnswer && !dropsAfterStoring;
}

/** A gRPC status other than OK, with the trailers in which the server names the exception. */
class Failure extends Error implements Partial<ServiceError> {
  readonly metadata = new Metadata();
  constructor(
    readonly code: status,
    readonly details: string,
    trailers: Record<string, string> = {},
  ) {
    super(details);
    // Trailers are ASCII.
    for (const [key, value] of Object.entries(trailers)) this.metadata.set(key, encodeURI(value));
  }
}

/** Throws what the server answers where a write is refused with a gRPC status. */
function refuse(result: WriteResult, stream: string, expected: Expected): void {
  switch (result.kind) {
    case 'ok':
      return;
    case 'deleted':
      throw new Failure(status.FAILED_PRECONDITION, 'the stream is deleted', {
        exception: 'stream-deleted',
        'stream-name': stream,
      });
    case 'too-large':
      throw new Failure(status.INVALID_ARGUMENT, 'the append is too large', {
        exception: 'maximum-append-size-exceeded',
        'maximum-append-size': String(result.limit),
      });
    case 'wrong-expected-version':
      throw new Failure(status.FAILED_PRECONDITION, 'wrong expected version', {
        exception: 'wrong-expected-version',
        'stream-name': stream,
        'expected-version': String(expectedNumber(expected)),
        'actual-version': String(result.current ?? -1),
      });
  }
}

// --- appends ---

function append(
  context: Context,
  call: ServerReadableStream<AppendReq, AppendResp>,
  reply: sendUnaryData<AppendResp>,
): void {
  let name = '';
  let expected: Expected = 'any';
  const events: Proposed[] = [];
  call.on('data', (request: AppendReq) => {
    const options = request.getOptions();
    if (options !== undefined) {
      name = nameOf(options.getStreamIdentifier());
      expected = options.hasRevision() ? Number(options.getRevision()) : expectedOf(options);
    }
    const message = request.getProposedMessage();
    if (message !== undefined) events.push(proposed(message));
  });
  call.on('error', () => context.openCalls.delete(call));
  call.on('end', () => {
    void answer(context, 'Append', call, reply, () => {
      const result = context.log.append(name, expected, events);
      if (!mayAnswer(context)) return null;
      if (result.kind === 'ok') {
        const success = new AppendResp.Success().setCurrentRevision(String(result.revision));
        if (result.position === null) success.setNoPosition(new Empty());
        else {
          const position = String(result.position);
          success.setPosition(new AppendResp.Position().setCommitPosition(position).setPreparePosition(position));
        }
        return new AppendResp().setSuccess(success);
      }
      if (result.kind !== 'wrong-expected-version') {
        refuse(result, name, expected);
        return null;
      }
      const wrong = new AppendResp.WrongExpectedVersion();
      if (result.current === null) wrong.setCurrentNoStream(new Empty());
      else wrong.setCurrentRevision(String(result.current));
      if (typeof expected === 'number') wrong.setExpectedRevision(String(expected));
      else if (expected === 'no_stream') wrong.setExpectedNoStream(new Empty());
      else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new Empty());
      else wrong.setExpectedAny(new Empty());
      return new AppendResp().setWrongExpectedVersion(wrong);
    });
  });
}

function batchAppend(context: Context, call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void {
  const end = (): void => {
    close();
    call.end();
  };
  const fail = (failure: Failure): void => {
    call.emit('error', failure);
    close();
  };
  const close = open(context, call, end, fail);
  const unfinished = new Map<string, { readonly options: BatchAppendReq.Options; readonly events: Proposed[] }>();
  if (context.faults().closedWithOk) end();
  call.on('error', close);
  call.on('end', end);
  call.on('data', (request: BatchAppendReq) => {
    const correlation = must(request.getCorrelationId());
    const options = request.getOptions();
    const batch = unfinished.get(correlation.getString()) ?? { options: must(options), events: [] };
    if (options !== undefined) unfinished.set(correlation.getString(), batch);
    for (const message of request.getProposedMessagesList()) batch.events.push(proposed(message));
    if (!request.getIsFinal()) return;
    unfinished.delete(correlation.getString());

    void admit(context, 'BatchAppend', call).then((refused) => {
      if (!context.openCalls.has(call)) return;
      if (refused !== null) {
        fail(refused);
        return;
      }
      const response = batchResult(context, batch.options, batch.events);
      if (response === null) return;
      call.write(response.setCorrelationId(correlation).setStreamIdentifier(batch.options.getStreamIdentifier()));
    });
  });
}

function batchResult(
  context: Context,
  options: BatchAppendReq.Options,
  events: readonly Proposed[],
): BatchAppendResp | null {
  const failed = (
    code: Code,
    type: string,
    detail: { serializeBinary(): Uint8Array },
    message = type.slice(type.lastIndexOf('.') + 1),
  ): BatchAppendResp => {
    const details = new Any();
    details.pack(detail.serializeBinary(), type);
    return new BatchAppendResp().setError(new Status().setCode(code).setMessage(message).setDetails(details));
  };
  const refused = context.faults().tooBusy ? 'Server Is Busy' : 'Server Is Not Ready';
  if (context.faults().tooBusy || context.faults().notReady)
    return failed(Code.INTERNAL, 'google.protobuf.Empty', new GoogleEmpty(), refused);
  // The client sends an absolute time, which the server compares with its own clock.
  const deadline = options.getDeadline()?.toDate().getTime() ?? Infinity;
  if (deadline <= Date.now() + context.faults().clockAheadMs)
    return failed(Code.DEADLINE_EXCEEDED, 'event_store.client.Timeout', new Timeout());

  const name = nameOf(options.getStreamIdentifier());
  const expected = options.hasStreamPosition() ? Number(options.getStreamPosition()) : expectedOf(options);
  const result = context.log.append(name, expected, events);
  if (!mayAnswer(context)) return null;
  switch (result.kind) {
    case 'ok': {
      const success = new BatchAppendResp.Success().setCurrentRevision(String(result.revision));
      if (result.position === null) success.setNoPosition(new GoogleEmpty());
      else {
        const position = String(result.position);
        success.setPosition(new AllStreamPosition().setCommitPosition(position).setPreparePosition(position));
      }
      return new BatchAppendResp().setSuccess(success);
    }
    case 'deleted':
      return failed(
        Code.NOT_FOUND,
        'event_store.client.StreamDeleted',
        new StreamDeleted().setStreamIdentifier(options.getStreamIdentifier()),
      );
    case 'too-large':
      return failed(
        Code.INVALID_ARGUMENT,
        'event_store.client.MaximumAppendSizeExceeded',
        new MaximumAppendSizeExceeded().setMaxappendsize(result.limit),
      );
    case 'wrong-expected-version': {
      const wrong = new WrongExpectedVersion();
      if (result.current === null) wrong.setCurrentNoStream(new GoogleEmpty());
      else wrong.setCurrentStreamRevision(String(result.current));
      if (typeof expected === 'number') wrong.setExpectedStreamPosition(String(expected));
      else if (expected === 'no_stream') wrong.setExpectedNoStream(new GoogleEmpty());
      else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new GoogleEmpty());
      else wrong.setExpectedAny(new GoogleEmpty());
      return failed(Code.ALREADY_EXISTS, 'event_store.client.WrongExpectedVersion', wrong);
    }
  }
}

// --- reads and subscriptions ---

async function read(context: Context, call: ServerWritableStream<ReadReq, ReadResp>): Promise<void> {
  const gone = new AbortController();
  const isGone = (): boolean => gone.signal.aborted;
  const end = (): void => {
    close();
    gone.abort();
    call.end();
  };
  const fail = (error: unknown): void => {
    if (isGone()) return;
    gone.abort();
    call.emit('error', error);
    close();
  };
  const close = open(context, call, end, fail);
  call.on('cancelled', () => {
    gone.abort();
  });
  const refused = await admit(context, 'Read', call);
  if (call.cancelled || isGone()) return;
  if (refused !== null) {
    fail(refused);
    return;
  }
  if (context.faults().closedWithOk) end();

  const options = must(call.request.getOptions());
  const backwards = options.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;
  const count = Math.min(Number(options.getCount()), Number.MAX_SAFE_INTEGER);
  const stream = options.getStream();
  try {
    if (options.hasSubscription()) {
      await subscription(context, call, options, gone.signal);
    } else if (stream === undefined) {
      await sendAll(call, readAll(context.log, must(options.getAll()), backwards, count), gone.signal);
    } else {
      const name = nameOf(stream.getStreamIdentifier());
      const from = stream.hasRevision() ? Number(stream.getRevision()) : stream.hasStart() ? 'start' : 'end';
      if (from === 'end' && !backwards) throw new Failure(status.UNKNOWN, 'Unexpected ReadStreamResult: Error');
      const isLate = context.log.sinceRevival(name) < context.faults().revivedLateMs;
      const result = isLate ? ({ kind: 'not-found' } as const) : context.log.readStream(name, from, backwards, count);
      if (result.kind === 'deleted') refuse({ kind: 'deleted' }, name, 'any');
      if (result.kind === 'not-found') {
        const notFound = new ReadResp.StreamNotFound().setStreamIdentifier(stream.getStreamIdentifier());
        call.write(new ReadResp().setStreamNotFound(notFound));
      }
      if (result.kind === 'ok') await sendAll(call, result.events, gone.signal);
    }
    if (!isGone()) end();
  } catch (error) {
    fail(error);
  }
}

function readAll(log: Log, from: ReadReq.Options.AllOptions, backwards: boolean, count: number): readonly Stored[] {
  const at = from.getPosition()?.getCommitPosition();
  if (backwards) {
    const end = at === undefined ? (from.hasEnd() ? log.all.length : 0) : log.indexOf(Number(at));
    return log.all.slice(Math.max(0, end - count), end).reverse();
  }
  const start = at === undefined ? (from.hasEnd() ? log.all.length : 0) : log.indexOf(Number(at));
  return log.all.slice(start, start + count);
}

/**
 * Confirmation, what is stored, a checkpoint where there is a filter and the line sends one, `caughtUp`, and then what
 * comes, for as long as the consumer keeps up.
 */
async function subscription(
  context: Context,
  call: ServerWritableStream<ReadReq, ReadResp>,
  options: ReadReq.Options,
  gone: AbortSignal,
): Promise<void> {
  const { log, line } = context;
  const all = options.getAll();
  if (all === undefined) throw new Failure(status.UNIMPLEMENTED, 'this node has subscriptions to $all only');
  const filter = options.getFilter();
  const matches = filter === undefined ? () => true : matcher(filter);
  const interval = CHECKPOINT_INTERVAL * (filter?.getCheckpointintervalmultiplier() ?? 0);

  await send(
    call,
    new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId('s')),
    gone,
  );
  const after = all.getPosition()?.getCommitPosition();
  let next = after !== undefined ? log.indexOf(Number(after) + 1) : all.hasEnd() ? log.all.length : 0;
  let considered = 0;
  let caughtUp = false;
  // Where a client may go on; while catching up, the server knows no better than its last event and its last page.
  let done: number | null = null;
  const checkpoint = async (): Promise<void> => {
    considered = 0;
    if (done === null) return;
    const position = String(done);
    await send(
      call,
      new ReadResp().setCheckpoint(new ReadResp.Checkpoint().setCommitPosition(position).setPreparePosition(position)),
      gone,
    );
  };
  let inPage = 0;
  while (!gone.aborted) {
    while (context.faults().frozen || context.faults().silent || context.muted.has(call.getPeer())) {
      await context.faultsChanged();
    }
    const event = log.all[next];
    if (event !== undefined) {
      next += 1;
      considered += 1;
      const matching = matches(event);
      if (matching) await send(call, eventResponse(event), gone);
      if (matching || caughtUp || inPage === 0) done = event.position;
      inPage = (inPage + 1) % PAGE_SIZE;
      if (filter !== undefined && considered >= interval) await checkpoint();
      if (caughtUp && log.all.length - next > LIVE_EVENTS) {
        if (line === '23.10') throw new Failure(status.INTERNAL, 'Received RST_STREAM with code 2');
        caughtUp = false;
        await send(call, new ReadResp().setFellBehind(new ReadResp.FellBehind()), gone);
      }
    } else if (caughtUp) {
      await log.written(gone);
    } else {
      caughtUp = true;
      if (filter !== undefined && line !== '23.10') await checkpoint();
      await send(call, new ReadResp().setCaughtUp(new ReadResp.CaughtUp()), gone);
    }
  }
}

function matcher(filter: ReadReq.Options.FilterOptions): (event: Stored) => boolean {
  const expression = must(filter.getStreamIdentifier() ?? filter.getEventType());
  const regex = expression.getRegex() === '' ? null : new RegExp(expression.getRegex(), 'u');
  const prefixes = expression.getPrefixList();
  return (event) => {
    const text = filter.hasStreamIdentifier() ? event.stream : event.type;
    return regex?.test(text) ?? prefixes.some((prefix) => text.startsWith(prefix));
  };
}

async function sendAll(
  call: ServerWritableStream<ReadReq, ReadResp>,
  events: readonly Stored[],
  gone: AbortSignal,
): Promise<void> {
  for (const event of events) {
    if (gone.aborted) return;
    await send(call, eventResponse(event), gone);
  }
}

/** Waits while the client is not taking any more. */
function send(
  call: ServerWritableStream<ReadReq, ReadResp>,
  response: ReadResp,
  gone: AbortSignal,
): Promise<void> | undefined {
  if (gone.aborted || call.write(response)) return undefined;
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done);
      gone.removeEventListener('abort', done);
      resolve();
    };
    call.on('drain', done);
    gone.addEventListener('abort', done);
  });
}

// --- messages ---

function eventResponse(event: Stored): ReadResp {
  const record = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new UUID().setString(event.id))
    .setStreamIdentifier(new StreamIdentifier().setStreamName(Buffer.from(event.stream)))
    .setStreamRevision(String(event.revision))
    .setCommitPosition(String(event.position))
    .setPreparePosition(String(event.position))
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  record
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', String(event.created));
  return new ReadResp().setEvent(new ReadResp.ReadEvent().setEvent(record).setCommitPosition(String(event.position)));
}

function proposed(message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): Proposed {
  return {
    id: must(message.getId()).getString(),
    type: must(message.getMetadataMap().get('type')),
    contentType: must(message.getMetadataMap().get('content-type')),
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function nameOf(identifier: StreamIdentifier | undefined): string {
  return Buffer.from(must(identifier).getStreamName_asU8()).toString('utf8');
}

function expectedOf(options: { hasNoStream(): boolean; hasStreamExists(): boolean; hasAny(): boolean }): Expected {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  if (options.hasAny()) return 'any';
  throw new Failure(status.INVALID_ARGUMENT, 'the request has no expected revision');
}

function expectedNumber(expected: Expected): number {
  if (typeof expected === 'number') return expected;
  return { no_stream: -1, any: -2, stream_exists: -4 }[expected];
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Failure(status.INVALID_ARGUMENT, 'the request lacks a required field');
  return value;
}
