import { fork } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { benchDelivery, readRequest, signedRequest } from './deliveries';
import { Histogram, type Summary } from './histogram';
import { monotonicMs, type PacerData } from './pacer';

/** What a load generator is to do. */
export interface LoadPlan {
  readonly port: number;
  readonly connections: number;
  /** Runs before the measured time, just like it. */
  readonly warmupSeconds: number;
  readonly seconds: number;
  /**
   * Requests a second whatever the answers do (open loop): latency counts from when a request was due. Null (closed
   * loop): each connection sends its next request as soon as it has its answer.
   */
  readonly rate: number | null;
  /** Distinct requests to sign before the clock starts; a closed loop that has sent them all ends early. */
  readonly requests: number;
  /** Makes this plan's order ids unlike those of any other on the same server. */
  readonly salt: string;
  /** Read back the order of every so-manieth delivery as soon as that is answered; null: none. */
  readonly sampleEvery: number | null;
}

/** What a load generator saw. Durations in milliseconds. */
export interface LoadResult {
  /** Every 200, those of the warm-up too: what the server says that it keeps. */
  readonly accepted: number;
  /** What was answered instead of 200, with the first such answer. */
  readonly errors: { readonly count: number; readonly first: string | null };
  /** Seconds that were measured. */
  readonly seconds: number;
  /** 200s a second in that time. */
  readonly rate: number;
  readonly latency: Summary;
  /** How late requests left the open loop: the generator's own share of the latency, and waiting for a connection. */
  readonly lateness: Summary;
  /** From a delivery's answer to the answer that shows what it said. */
  readonly lag: Summary;
  /** Reads that did not show it yet and were repeated. */
  readonly lagRepeats: number;
  /** CPU seconds the generator used for each measured second. */
  readonly cpu: number;
}

/** One answer, as far as it matters here. */
interface Answer {
  readonly status: string;
  readonly text: string;
}

const READ_CONNECTIONS = 8;
/** Most milliseconds to wait for the last answers. */
const ANSWER_TIMEOUT_MS = 30_000;
const readBuffer = Buffer.allocUnsafe(65_536);

/** One keep-alive connection with at most one request under way. */
class Connection {
  /** What the request under way is about: its number and when its time began. */
  index = 0;
  since = 0;
  #partial = '';

  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Opens a connection; `onAnswer` is called for every answer. Losing the connection ends the process. */
  static open(port: number, onAnswer: (connection: Connection, answer: Answer) => void): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const lost = (why: string): void => {
        reject(new Error(why));
        if (!finished) fail(new Error(why));
      };
      const onread = {
        buffer: readBuffer, // safe to share: what was read is copied before the next read
        callback: (bytes: number): boolean => {
          const answer = connection.#take(bytes);
          if (answer !== null) onAnswer(connection, answer);
          return true;
        },
      };
      const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
      const connection: Connection = new Connection(socket);
      socket.once('connect', () => {
        resolve(connection);
      });
      socket.once('error', (error) => {
        lost(error.message);
      });
      socket.once('close', () => {
        lost('the server closed a connection');
      });
    });
  }

  send(request: Buffer | string): void {
    this.#socket.write(request);
  }

  /** Takes what was read; @returns the answer once it is whole. */
  #take(bytes: number): Answer | null {
    const text = this.#partial + readBuffer.toString('latin1', 0, bytes);
    const head = text.indexOf('\r\n\r\n');
    const length = head < 0 ? undefined : /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
    if (head >= 0 && length === undefined) fail(new Error(`an answer without Content-Length: ${text}`));
    const missing = length === undefined ? 1 : head + 4 + Number(length) - text.length;
    if (missing > 0) {
      this.#partial = text;
      return null;
    }
    if (missing < 0) fail(new Error(`more than one answer to one request: ${text}`));
    this.#partial = '';
    return { status: text.slice(9, 12), text };
  }
}

let finished = false;

/** Reports an error of the generator itself and ends the process. */
function fail(error: Error): never {
  process.stderr.write(`load generator: ${error.message}\n`);
  process.exit(1);
}

/** Signs every request of a plan in advance, so that the measured time has no signing in it. */
function prepareRequests(plan: LoadPlan): (index: number) => Buffer {
  const texts: string[] = [];
  const ends = new Float64Array(plan.requests);
  let bytes = 0;
  for (let index = 0; index < plan.requests; index += 1) {
    const text = signedRequest(benchDelivery(plan.salt, index).body);
    texts.push(text);
    bytes += text.length; // of ASCII alone
    ends[index] = bytes;
  }
  const slab = Buffer.from(texts.join(''), 'latin1');
  return (index) => slab.subarray(index === 0 ? 0 : ends[index - 1], ends[index]);
}

/** @returns whether an answer shows what a delivery said: its order has that revision, or a later one. */
const shows = ({ text }: Answer, revision: number): boolean =>
  Number(/"revision":(\d+)/.exec(text)?.[1] ?? -1) >= revision;

/** Runs one plan in this process. */
async function generate(plan: LoadPlan): Promise<LoadResult> {
  const requestAt = prepareRequests(plan);
  const latency = new Histogram();
  const lateness = new Histogram();
  const lag = new Histogram();
  let accepted = 0;
  let failed = 0;
  let first: string | null = null;
  let lagRepeats = 0;
  let next = 0;
  let inFlight = 0;
  let measuring = false;
  let measured = 0;

  const idle: Connection[] = [];
  const readers: Connection[] = [];
  const toRead: { index: number; since: number }[] = [];

  const interval = plan.rate === null ? 0 : 1000 / plan.rate;
  let origin = 0;
  let start = 0;
  let end = 0;
  let done: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    done = resolve;
  });

  /** When the next request is due. An open loop sends all that were due before the end, however late it is. */
  const nextDue = (now: number): number => {
    if (next >= plan.requests) return Infinity;
    return plan.rate === null ? now : origin + next * interval;
  };

  /** Sends whatever is due and can be sent. */
  const pump = (now: number): void => {
    for (let due = nextDue(now); due <= now && due < end; due = nextDue(now)) {
      const connection = idle.shift();
      if (connection === undefined) return;
      connection.index = next;
      connection.since = due;
      connection.send(requestAt(next));
      lateness.record(now - due);
      next += 1;
      inFlight += 1;
    }
    if (inFlight === 0 && nextDue(now) >= end) done();
  };

  const readBack = (): void => {
    while (readers.length > 0) {
      const sample = toRead.shift();
      // All in turn: a server closes a connection on which nothing was ever asked.
      const reader = sample === undefined ? undefined : readers.shift();
      if (sample === undefined || reader === undefined) return;
      reader.index = sample.index;
      reader.since = sample.since;
      reader.send(readRequest(benchDelivery(plan.salt, sample.index).key));
    }
  };

  const onAnswer = (connection: Connection, answer: Answer): void => {
    const now = monotonicMs();
    inFlight -= 1;
    if (answer.status === '200') {
      accepted += 1;
      if (measuring && now < end) measured += 1;
      if (measuring && (plan.rate === null ? now < end : connection.since >= start)) {
        latency.record(now - connection.since);
      }
      if (plan.sampleEvery !== null && connection.index % plan.sampleEvery === 0) {
        toRead.push({ index: connection.index, since: now });
        readBack();
      }
    } else {
      failed += 1;
      first ??= answer.text;
    }
    idle.push(connection);
    pump(now);
  };

  const onRead = (reader: Connection, answer: Answer): void => {
    const now = monotonicMs();
    const { key, revision } = benchDelivery(plan.salt, reader.index);
    const isBehind = answer.status === '503' && answer.text.includes('read-model-behind');
    if (answer.status === '404' || isBehind || (answer.status === '200' && !shows(answer, revision))) {
      lagRepeats += 1;
      reader.send(readRequest(key));
      return;
    }
    if (answer.status === '200') {
      if (measuring) lag.record(now - reader.since);
    } else {
      failed += 1;
      first ??= answer.text;
    }
    readers.push(reader);
    readBack();
  };

  for (let count = 0; count < plan.connections; count += 1) idle.push(await Connection.open(plan.port, onAnswer));
  if (plan.sampleEvery !== null) {
    for (let count = 0; count < READ_CONNECTIONS; count += 1) readers.push(await Connection.open(plan.port, onRead));
  }

  origin = monotonicMs() + 50;
  start = origin + plan.warmupSeconds * 1000;
  end = start + plan.seconds * 1000;
  const pacer =
    plan.rate === null
      ? null
      : new Worker(join(__dirname, 'pacer.js'), {
          workerData: { originMs: origin, intervalMs: interval } satisfies PacerData,
        });
  pacer?.on('message', () => {
    pump(monotonicMs());
  });
  pump(monotonicMs());

  await sleepUntil(start);
  if (next >= plan.requests) throw new Error('all requests were sent before the measured time began');
  const began = monotonicMs();
  const cpu = process.cpuUsage();
  lateness.reset();
  measuring = true;
  setTimeout(() => {
    pump(monotonicMs());
  }, end - began);
  const hung = setTimeout(
    () => fail(new Error('the server does not answer any more')),
    end - began + ANSWER_TIMEOUT_MS,
  );
  await ended;
  clearTimeout(hung);
  const seconds = (Math.min(monotonicMs(), end) - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await pacer?.terminate();
  finished = true;
  return {
    accepted,
    errors: { count: failed, first },
    seconds,
    rate: measured / seconds,
    latency: latency.summary(),
    lateness: lateness.summary(),
    lag: lag.summary(),
    lagRepeats,
    cpu: (user + system) / 1e6 / seconds,
  };
}

const sleepUntil = (time: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, time - monotonicMs());
  });

/** Runs one plan in a process of its own. Rejects if the generator failed or lost a connection. */
export function runLoad(plan: LoadPlan): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let result: LoadResult | null = null;
    child.once('message', (message) => {
      result = message as LoadResult;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (result === null) reject(new Error(`the load generator ended with code ${String(code)} and no result`));
      else resolve(result);
    });
    child.send(plan);
  });
}

if (require.main === module) {
  process.once('disconnect', () => process.exit(1)); // whoever wanted the result is gone
  process.once('message', (plan) => {
    generate(plan as LoadPlan)
      .then((result) => process.send?.(result, () => process.exit(0)))
      .catch((error: unknown) => fail(error instanceof Error ? error : new Error(String(error))));
  });
}
