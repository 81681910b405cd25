/**
 * The rules of an EventStoreDB node, in memory: what an append, a delete and a read do. Written from the server's source
 * (`IndexWriter.CheckCommit` and `StorageWriterService` of EventStoreDB 24.6) and from nothing of ours, so that our
 * adapter is tested against the server's rules and not against our reading of them in another file.
 */

export type Expected = number | 'no_stream' | 'any' | 'stream_exists';

export interface Proposed {
  readonly id: string;
  readonly type: string;
  /** As on the wire: `application/json` or `application/octet-stream`. */
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface Stored extends Proposed {
  readonly stream: string;
  readonly revision: number;
  /** Byte offset in the transaction log: rises with gaps. */
  readonly position: number;
  /** 100 ns since the Unix epoch, as the server sends it. */
  readonly created: bigint;
}

export type WriteResult =
  | { readonly kind: 'ok'; readonly revision: number; readonly position: number | null }
  | { readonly kind: 'wrong-expected-version'; readonly current: number | null }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'too-large'; readonly limit: number };

export type StreamRead =
  { readonly kind: 'ok'; readonly events: readonly Stored[] } | { readonly kind: 'not-found' | 'deleted' };

interface Stream {
  readonly events: Stored[];
  /** When an append last revived it, in monotonic milliseconds. */
  revivedAt: number;
  /** `$tb`: events before this revision are not read. Infinite while the stream is soft-deleted. */
  truncateBefore: number;
  tombstoned: boolean;
}

type CommitCheck =
  | { readonly kind: 'write'; readonly revives: boolean }
  | { readonly kind: 'stored'; readonly last: number }
  | WriteResult;

/** `MaxAppendSize` of the servers up to 25.0, for all events of an append together. */
const MAX_APPEND_SIZE = 1_048_576;
/** Bytes that a record takes beside its payload; any number that leaves gaps between positions. */
const RECORD_OVERHEAD = 131;
/** Stands for the server's cache of committed ids, 8 MiB at about 80 bytes each. */
const COMMITTED_IDS_LIMIT = 100_000;
const TICKS_PER_MILLISECOND = 10_000n;

export class Log {
  /** Every event of every stream, system streams too, in order of position. */
  readonly all: Stored[] = [];
  readonly #streams = new Map<string, Stream>();
  readonly #committedIds = new Map<string, { readonly stream: string; readonly revision: number }>();
  readonly #waiting = new Set<() => void>();
  #nextPosition = 0;
  #systemEvents = 0;

  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#writeSystemEvent('$settings', '$UserCreated', '{}');
  }

  append(name: string, expected: Expected, events: readonly Proposed[]): WriteResult {
    const size = events.reduce((sum, e) => sum + e.data.length + e.metadata.length + 2 * Buffer.byteLength(e.type), 0);
    if (size > MAX_APPEND_SIZE) return { kind: 'too-large', limit: MAX_APPEND_SIZE };
    const check = this.#checkCommit(
      name,
      expected,
      events.map((event) => event.id),
    );
    if (check.kind === 'stored') {
      const visible = check.last >= (this.#streams.get(name)?.truncateBefore ?? 0);
      const position = this.#streams.get(name)?.events[check.last]?.position;
      return { kind: 'ok', revision: check.last, position: visible && position !== undefined ? position : null };
    }
    if (check.kind !== 'write') return check;

    const first = this.#streams.get(name)?.events.length ?? 0;
    let last: Stored | undefined;
    for (const event of events) last = this.#write(name, event);
    if (check.revives) {
      this.#setTruncateBefore(name, first);
      this.#stream(name).revivedAt = performance.now();
    }
    this.#wake();
    return { kind: 'ok', revision: first + events.length - 1, position: last?.position ?? null };
  }

  delete(name: string, expected: Expected, mode: 'soft' | 'tombstone'): WriteResult {
    const check = this.#checkCommit(name, expected, ['the id of the delete record is new each time']);
    if (check.kind === 'stored') throw new Error('a delete is never a repeat');
    if (check.kind !== 'write') return check;
    if (mode === 'tombstone') {
      const { position, revision } = this.#write(name, systemEvent('$streamDeleted', ''));
      this.#stream(name).tombstoned = true;
      this.#wake();
      return { kind: 'ok', position, revision };
    }
    if (!this.#streams.has(name) && !this.#streams.has(`$$${name}`)) {
      return { kind: 'wrong-expected-version', current: null };
    }
    const { position, revision } = this.#setTruncateBefore(name, Infinity);
    this.#wake();
    return { kind: 'ok', position, revision };
  }

  /** Milliseconds since an append revived a stream; infinite for one that none did. */
  sinceRevival(name: string): number {
    return performance.now() - (this.#streams.get(name)?.revivedAt ?? -Infinity);
  }

  /** @param from inclusive. */
  readStream(name: string, from: number | 'start' | 'end', backwards: boolean, count: number): StreamRead {
    const stream = this.#streams.get(name);
    if (stream?.tombstoned === true) return { kind: 'deleted' };
    if (stream === undefined || stream.events.length === 0 || stream.truncateBefore === Infinity) {
      return { kind: 'not-found' };
    }
    const first = stream.truncateBefore;
    const size = stream.events.length;
    if (backwards) {
      const end = from === 'end' ? size - 1 : from === 'start' ? 0 : Math.min(from, size - 1);
      const events = stream.events.slice(Math.max(first, end - count + 1), end + 1).reverse();
      return { kind: 'ok', events };
    }
    const start = Math.max(first, from === 'start' ? 0 : from === 'end' ? size : from);
    return { kind: 'ok', events: stream.events.slice(start, start + count) };
  }

  /** @returns the index in {@link Log.all} of the first event at or after `position`. */
  indexOf(position: number): number {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.all[middle]?.position ?? Infinity) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Resolves at the next write, or when `signal` aborts. */
  written(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  /** `IndexWriter.CheckCommit`. */
  #checkCommit(name: string, expected: Expected, ids: readonly string[]): CommitCheck {
    const stream = this.#streams.get(name);
    const last = (stream?.events.length ?? 0) - 1;
    const softDeleted = stream?.truncateBefore === Infinity;
    const conflict = { kind: 'wrong-expected-version', current: last < 0 ? null : last } as const;
    if (stream?.tombstoned === true) return { kind: 'deleted' };
    if (expected === 'stream_exists') {
      if (softDeleted) return { kind: 'deleted' };
      if (last < 0 && !this.#streams.has(`$$${name}`)) return conflict;
    }

    if (expected === 'any' || expected === 'stream_exists') {
      let known: number | undefined;
      for (const id of ids) {
        const committed = this.#committedIds.get(id);
        if (committed?.stream !== name) return known === undefined ? { kind: 'write', revives: softDeleted } : conflict;
        known = committed.revision;
      }
      return known === undefined ? { kind: 'write', revives: softDeleted } : { kind: 'stored', last: known };
    }

    const expectedLast = expected === 'no_stream' ? -1 : expected;
    if (expectedLast > last) return conflict;
    if (expectedLast === last) return { kind: 'write', revives: softDeleted };
    for (const [offset, id] of ids.entries()) {
      if (stream?.events[expectedLast + 1 + offset]?.id === id) continue;
      return offset === 0 && expected === 'no_stream' && softDeleted ? { kind: 'write', revives: true } : conflict;
    }
    return ids.length === 0 ? conflict : { kind: 'stored', last: expectedLast + ids.length };
  }

  #stream(name: string): Stream {
    let stream = this.#streams.get(name);
    if (stream === undefined)
      this.#streams.set(name, (stream = { events: [], revivedAt: -Infinity, truncateBefore: 0, tombstoned: false }));
    return stream;
  }

  #write(name: string, event: Proposed): Stored {
    const { events } = this.#stream(name);
    const stored: Stored = {
      ...event,
      stream: name,
      revision: events.length,
      position: this.#nextPosition,
      created: BigInt(this.#now()) * TICKS_PER_MILLISECOND,
    };
    events.push(stored);
    this.all.push(stored);
    this.#nextPosition += RECORD_OVERHEAD + event.data.length + event.metadata.length + event.type.length;
    // Of an id that a stream has twice, the server remembers the first.
    if (this.#committedIds.get(event.id)?.stream !== name) {
      this.#committedIds.delete(event.id);
      this.#committedIds.set(event.id, { stream: name, revision: stored.revision });
    }
    if (this.#committedIds.size > COMMITTED_IDS_LIMIT) {
      for (const oldest of this.#committedIds.keys()) {
        this.#committedIds.delete(oldest);
        break;
      }
    }
    return stored;
  }

  #setTruncateBefore(name: string, revision: number): Stored {
    const written = String(revision === Infinity ? 9_223_372_036_854_775_807n : revision);
    const stored = this.#writeSystemEvent(`$$${name}`, '$metadata', `{"$tb":${written}}`);
    this.#stream(name).truncateBefore = revision;
    return stored;
  }

  #writeSystemEvent(stream: string, type: string, json: string): Stored {
    this.#systemEvents += 1;
    return this.#write(stream, systemEvent(type, json, this.#systemEvents));
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}

function systemEvent(type: string, json: string, serial = 0): Proposed {
  return {
    id: `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`,
    type,
    contentType: 'application/json',
    data: Buffer.from(json),
    metadata: new Uint8Array(),
  };
}
