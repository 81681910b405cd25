/**
 * The event store on EventStoreDB 23.10 or later, or KurrentDB, through `@eventstore/db-client`.
 *
 * Reads, subscriptions and everything about connections are the client's, but for {@link keepDigits}. Appends and deletes speak the same protocol with
 * the client's generated messages, but not through its methods. `appendToStream` of 6.2.1, the last release, cannot be made
 * safe from outside; each of these was reproduced:
 * - it has no timeout: an append that the server does not answer, or that waits for the list of the server's features,
 *   never settles, and a list that could not be had once counts as failed for good;
 * - appends in flight are kept in a map that all clients of a process share; an error of one connection rejects those of
 *   another, and an answer that comes nevertheless ends the process with an unhandled rejection (upstream #505, #523);
 * - data that cannot be written as JSON have the same two effects;
 * - its deadline is a time of day, so that a server whose clock is ahead refuses every append. No deadline is sent here,
 *   and the server's own write timeout holds instead: the two clocks never meet;
 * - metadata that are falsy JSON are dropped.
 */

import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';

import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  LEADER,
  START,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type Position as ClientPosition,
  type ReadRevision,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb';
import { DeleteReq, TombstoneReq, type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb';
import type { StreamName } from '../../../schemas/events/stream-name';

import { nextTurn } from '../../concurrency/turns';
import { within } from '../../concurrency/within';
import { EventStoreError, parsePosition, type ExpectedRevision, type Position } from '../event-store';
import type { Certificates } from './certificates';
import type { Appended, Connection, Outcome, Received, ReceivedEvent } from './connection';
import type { ConnectionSettings } from './connection-url';
import { isServersWord, classifyFailure, classifyStreamFailure } from './failures';
import {
  expect,
  failure,
  identifierOf,
  keepDigits,
  toClientPosition,
  toOutcome,
  toReceived,
  toRequest,
} from './messages';
import { Pull } from './pull';
import type { WireEvent } from './wire';

/**
 * Events that a read or a subscription receives ahead of its consumer. When they are full, the connection and then the
 * server wait.
 */
const BUFFERED_EVENTS = 128;
/** In units of 32 events that the server looked at: how often it reports how far it has looked. */
const CHECKPOINT_INTERVAL = 1;
/** Streams whose name starts with `$` are the server's own. */
const OUR_STREAMS = '^[^$]';
/**
 * An event that was acknowledged can be read at once, which only the leader promises. A node that does not lead names the
 * one that does, and the client goes there.
 */
const FROM_LEADER = { requiresLeader: true };
/** How long an ended connection may take to say goodbye. */
const GOODBYE_MS = 1_000;
const DEFAULT_CONNECTION_NAME = 'ticket-rail';

type GrpcBatch = ReturnType<StreamsClient['batchAppend']>;
type GrpcChannel = ReturnType<StreamsClient['getChannel']>;

/** The stream of requests and answers that all appends of a connection share. */
interface AppendStream {
  readonly call: GrpcBatch;
  /** By correlation id. */
  readonly unanswered: Map<string, (outcome: Outcome<Appended>) => void>;
  lastAnswer: number;
}

export class ClientConnection extends EventStoreDBClient implements Connection {
  lastHeard = -Infinity;
  #channel: GrpcChannel | null = null;
  #appends: Promise<AppendStream> | null = null;
  /** Aborted when this connection ends, for whatever is still being read on it. */
  readonly #cut = new AbortController();

  readonly #now: () => number;

  constructor(settings: ConnectionSettings, certificates: Certificates, serial: number, now: () => number) {
    const { hosts, discover, connectionName, keepAliveInterval, keepAliveTimeout } = settings;
    const { maxDiscoverAttempts, discoveryInterval, gossipTimeout } = settings;
    const common = {
      connectionName: connectionName ?? DEFAULT_CONNECTION_NAME,
      keepAliveInterval,
      // grpc-js shares one socket, and the wait before it is opened again, between all channels with the same options; that
      // wait grows to minutes. A new connection is made to try at once, so its options differ, by a microsecond.
      keepAliveTimeout: keepAliveTimeout + serial / 1_000,
    };
    const cluster = { nodePreference: LEADER, maxDiscoverAttempts, discoveryInterval, gossipTimeout };
    const [first, ...others] = hosts;
    if (first === undefined) throw new EventStoreError('invalid', 'the connection string names no host');
    const endpoints = discover
      ? { discover: first, ...cluster }
      : others.length > 0
        ? { endpoints: [...hosts], ...cluster }
        : { endpoint: first };
    super(
      // The constructor has an overload for each form of endpoints, and none for one of them.
      { ...common, ...endpoints } as ConstructorParameters<typeof EventStoreDBClient>[0],
      { insecure: !settings.tls, ...certificates },
      settings.credentials ?? undefined,
    );
    this.#now = now;
    setMaxListeners(0, this.#cut.signal); // every read and subscription listens to it
    // The client's `dispose` ends calls and leaves the connection open; so it is remembered here.
    const openChannel = this.getChannel;
    this.getChannel = async () => {
      const channel = await openChannel();
      this.#channel = channel;
      // A call that ends with the connection may have the client open another channel, which nobody would close.
      if (this.#cut.signal.aborted) channel.close();
      return channel;
    };
  }

  append(
    stream: StreamName,
    events: readonly WireEvent[],
    expected: ExpectedRevision,
    tryMs: number,
  ): Promise<Outcome<Appended>> {
    return new Promise((resolve) => {
      const correlation = randomUUID();
      let appends: AppendStream | null = null;
      let over = false;
      const settle = (outcome: Outcome<Appended>): void => {
        over = true;
        clearTimeout(timer);
        appends?.unanswered.delete(correlation);
        resolve(outcome);
      };
      const timer = setTimeout(() => {
        const [kind, what] =
          appends === null ? (['not-done', 'no connection'] as const) : (['unknown', 'no answer'] as const);
        settle(failure(kind, `${what} from EventStoreDB within ${tryMs.toFixed(0)} ms`));
      }, tryMs);
      this.#openAppends()
        .then((open) => {
          if (over) return;
          appends = open;
          open.unanswered.set(correlation, settle);
          open.call.write(toRequest(correlation, stream, events, expected));
        })
        .catch((error: unknown) => {
          settle(classifyFailure(error));
        });
    });
  }

  async delete(
    stream: StreamName,
    expected: ExpectedRevision,
    mode: 'soft' | 'tombstone',
    tryMs: number,
  ): Promise<Outcome<null>> {
    const late = failure('unknown', `no answer from EventStoreDB within ${tryMs.toFixed(0)} ms`);
    const deleting = this.execute(StreamsClient, mode, (grpc) => {
      const [metadata, options] = this.callArguments({ ...FROM_LEADER, deadline: tryMs });
      return new Promise<Outcome<null>>((resolve, reject) => {
        const answered = (error: Error | null): void => {
          if (error !== null) {
            this.#failed(error);
            reject(error);
          } else {
            this.#heard();
            resolve({ kind: 'done', value: null });
          }
        };
        if (mode === 'soft') {
          const to = expect(new DeleteReq.Options().setStreamIdentifier(identifierOf(stream)), expected);
          grpc.delete(new DeleteReq().setOptions(to), metadata, options, answered);
        } else {
          const to = expect(new TombstoneReq.Options().setStreamIdentifier(identifierOf(stream)), expected);
          grpc.tombstone(new TombstoneReq().setOptions(to), metadata, options, answered);
        }
      });
    }).catch(classifyFailure);
    return within<Outcome<null>>(tryMs, deleting, late);
  }

  pullStream(
    stream: StreamName,
    options: { from: number | 'start' | 'end'; direction: 'forwards' | 'backwards'; limit: number | null },
    stop: AbortSignal,
  ): Pull<ReceivedEvent> {
    const fromRevision: ReadRevision = typeof options.from === 'number' ? BigInt(options.from) : options.from;
    const limit = options.limit === null ? {} : { maxCount: options.limit };
    const { direction } = options;
    const read = this.readStream(
      stream,
      { fromRevision, direction, ...limit, ...FROM_LEADER },
      { highWaterMark: BUFFERED_EVENTS },
    );
    return this.#pull(read, stop);
  }

  pullAll(from: Position | 'start', stop: AbortSignal): Pull<ReceivedEvent> {
    const fromPosition = from === 'start' ? START : toClientPosition(from);
    return this.#pull(this.readAll({ fromPosition, ...FROM_LEADER }, { highWaterMark: BUFFERED_EVENTS }), stop);
  }

  pullLast(stop: AbortSignal): Pull<ReceivedEvent> {
    return this.#pull(this.readAll({ fromPosition: END, direction: BACKWARDS, maxCount: 1, ...FROM_LEADER }), stop);
  }

  pullSubscription(after: Position | null, prefix: string, stop: AbortSignal): Pull<Received> {
    const checkpoints = {
      checkpointInterval: CHECKPOINT_INTERVAL,
      // Must not throw: the client would report that as an unhandled rejection, and stop.
      checkpointReached: (_: unknown, { commit }: ClientPosition) => {
        const position = parsePosition(String(commit));
        if (position !== null) pull.mark({ kind: 'checkpoint', position });
      },
    };
    const subscription = this.subscribeToAll(
      {
        ...FROM_LEADER,
        fromPosition: after === null ? START : toClientPosition(after),
        filter:
          prefix === ''
            ? streamNameFilter({ regex: OUR_STREAMS, ...checkpoints })
            : streamNameFilter({ prefixes: [prefix], ...checkpoints }),
      },
      { highWaterMark: BUFFERED_EVENTS },
    );
    keepDigits(subscription);
    const pull = new Pull<Received>(
      subscription,
      (received) => toReceived(received as AllStreamResolvedEvent), // what this stream of the client is of
      () => subscription.unsubscribe(),
      stop,
      this.#cut.signal,
    );
    const mark = (item: Received) => () => {
      this.#heard();
      pull.mark(item);
    };
    subscription.on('confirmation', mark({ kind: 'confirmed' }));
    subscription.on('caughtUp', mark({ kind: 'live', live: true }));
    subscription.on('fellBehind', mark({ kind: 'live', live: false }));
    subscription.on('readable', this.#heard).on('error', this.#failed);
    return pull;
  }

  dropAppendsIfSilentSince(time: number): void {
    void this.#appends?.then(
      (appends) => {
        if (appends.lastAnswer < time) appends.call.cancel();
      },
      () => undefined,
    );
  }

  async end(): Promise<void> {
    this.#cut.abort();
    await within(GOODBYE_MS, this.dispose(), undefined);
    // grpc-js connects in the tick after the one that decides so, even for a channel that was closed between the two, and
    // nobody would close that connection.
    await nextTurn();
    this.#channel?.close();
  }

  readonly #heard = (): void => {
    this.lastHeard = this.#now();
  };

  readonly #failed = (error: unknown): void => {
    if (isServersWord(classifyFailure(error))) this.#heard();
  };

  #pull(
    read: ReturnType<EventStoreDBClient['readStream']> | ReturnType<EventStoreDBClient['readAll']>,
    stop: AbortSignal,
  ): Pull<ReceivedEvent> {
    keepDigits(read);
    read.on('readable', this.#heard).on('error', this.#failed);
    return new Pull<ReceivedEvent>(
      read,
      (received) => toReceived(received as ResolvedEvent | AllStreamResolvedEvent), // what these streams are of
      () => read.cancel(),
      stop,
      this.#cut.signal,
    );
  }

  #openAppends(): Promise<AppendStream> {
    this.#appends ??= this.#openAppendStream();
    return this.#appends;
  }

  #openAppendStream(): Promise<AppendStream> {
    const unanswered: AppendStream['unanswered'] = new Map();
    const lost = (error: unknown): void => {
      if (this.#appends === opening) this.#appends = null;
      this.#failed(error);
      const outcome = classifyStreamFailure(error);
      for (const settle of [...unanswered.values()]) settle(outcome);
    };
    const open = this.GRPCStreamCreator(StreamsClient, 'batchAppend', (grpc) => {
      const call = grpc.batchAppend(...this.callArguments(FROM_LEADER, { deadline: Infinity }));
      call.on('error', lost);
      // The server may also end the stream with status OK, which leaves the requests in it without an answer.
      call.on('end', () => {
        lost(new Error('EventStoreDB ended the stream of appends'));
        call.end();
      });
      return call;
    });
    const opening = open().then((call) => {
      const appends: AppendStream = { call, unanswered, lastAnswer: -Infinity };
      call.on('data', (response: BatchAppendResp) => {
        this.#heard();
        appends.lastAnswer = this.lastHeard;
        // Of a request that is not waited for any more, nothing is kept.
        unanswered.get(response.getCorrelationId()?.getString() ?? '')?.(toOutcome(response));
      });
      return appends;
    });
    opening.catch(lost);
    return opening;
  }
}
