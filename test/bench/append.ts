import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { orderStream } from '../../schemas/order-events';
import type { StreamName } from '../../schemas/stream-name';
import type { EventStore, NewEvent } from '../../services/event-store/event-store';
import { contentHash, eventId, sealEvent } from '../../services/event-store/seal/seal';
import { benchBody, benchOrder } from './deliveries';
import { figure, median, printPart } from './report';

const HELP = `npm run bench:growth -- [options]

How the embedded event log takes appends as it grows, and how large it becomes: in each round one process
for each version appends to a log of its own, one after the other.

  --events N    how many each process appends (default 300000)
  --rounds N    how often each version is measured (default 3)
  --before DIR  a built checkout of another version, to be measured beside this one`;

/** Events of an order, and orders that are open at a time, as at a chain's peak. */
const FACTS = 7;
const OPEN_ORDERS = 2_000;
/** Appends that are under way at a time: the size of a group. */
const LANES = 48;
/** Events that are made, untimed, before they are appended. */
const CHUNK = 10_000;
/** Of a log, at the beginning and at the end: so many chunks tell how fast it is there. */
const ENDS = 5;

interface Append {
  readonly stream: StreamName;
  readonly event: NewEvent;
  readonly expected: number | 'no_stream';
}

/** Orders that live side by side: each in its turn says something, and is followed by a new one at its end. */
class Orders {
  readonly #salt = randomUUID().slice(0, 8);
  readonly #open: { index: number; facts: number; hash: string | null }[] = [];
  #begun = 0;
  #turn = 0;

  /** @returns the next event, in the lane of its order. */
  next(): { readonly lane: number; readonly append: Append } {
    const place = this.#turn++ % OPEN_ORDERS;
    // At the beginning orders are of all ages, as they always are afterwards.
    const order = (this.#open[place] ??= { index: this.#begun++, facts: 0, hash: null });
    const key = benchOrder(this.#salt, order.index);
    const stream = orderStream(key);
    const { type, object } = JSON.parse(benchBody(key)) as { type: string; object: Record<string, string> };
    const data = { ...object, delivery_status: `status ${String(order.facts)}` };
    const content_hash = contentHash({ type, object: data });
    const request_id = randomUUID();
    const metadata = {
      schema_version: 1,
      received_at: new Date().toISOString(),
      content_hash,
      body_sha256: contentHash({ type, object }),
      signed_with: 'ee49d6a5c0a28101',
      request_id,
    };
    const id = eventId(stream, order.facts, content_hash, request_id);
    const event = sealEvent(stream, { id, type, data, metadata }, order.hash);
    const expected = order.facts === 0 ? 'no_stream' : order.facts - 1;
    const isLast = ++order.facts >= (order.index < OPEN_ORDERS ? 1 + (order.index % FACTS) : FACTS);
    order.hash = event.metadata.event_hash;
    if (isLast) this.#open[place] = { index: this.#begun++, facts: 0, hash: null };
    return { lane: place % LANES, append: { stream, event, expected } };
  }
}

interface Measured {
  /** Seconds and microseconds of CPU, of main thread and writer together, that each chunk took. */
  readonly chunks: readonly { readonly seconds: number; readonly cpu: number }[];
  readonly bytes: number;
}

type OpenStore = (options: { readonly file: string; readonly now: () => number }) => Promise<EventStore>;

/** Appends to a new log with the store of a built checkout. Prints what it took. */
async function appendAll(checkout: string, events: number): Promise<void> {
  const module = join(checkout, 'dist/services/event-store/sqlite/sqlite-store.js');
  const { openSqliteStore } = (await import(module)) as { openSqliteStore: OpenStore };
  const directory = mkdtempSync(join(tmpdir(), 'ticket-rail-growth-'));
  const file = join(directory, 'events.sqlite');
  try {
    const store = await openSqliteStore({ file, now: Date.now });
    const orders = new Orders();
    const chunks: { seconds: number; cpu: number }[] = [];
    for (let done = 0; done < events; done += CHUNK) {
      const lanes = Array.from({ length: LANES }, (): Append[] => []);
      for (let n = 0; n < CHUNK; n++) {
        const { lane, append } = orders.next();
        lanes[lane]?.push(append);
      }
      const [begun, cpuBefore] = [performance.now(), process.cpuUsage()];
      await Promise.all(
        lanes.map(async (lane) => {
          for (const { stream, event, expected } of lane) {
            const { kind } = await store.append(stream, [event], expected);
            if (kind !== 'appended') throw new Error(`an append ended with ${kind}`);
          }
        }),
      );
      const { user, system } = process.cpuUsage(cpuBefore);
      chunks.push({ seconds: (performance.now() - begun) / 1_000, cpu: user + system });
    }
    await store.close();
    console.log(JSON.stringify({ chunks, bytes: statSync(file).size } satisfies Measured));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const speedOf = (chunks: Measured['chunks']): number =>
  (chunks.length * CHUNK) / sum(chunks.map(({ seconds }) => seconds));

function measure(versions: readonly string[], events: number, rounds: number): void {
  const found = versions.map((): Measured[] => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [index, checkout] of versions.entries()) {
      const text = execFileSync(process.execPath, [__filename, '--append-with', checkout, '--events', String(events)]);
      const one = JSON.parse(text.toString()) as Measured;
      found[index]?.push(one);
      const last = one.chunks.slice(-ENDS);
      console.log(`  round ${String(round)} ${checkout}: ${figure(speedOf(last))}/s at the end`);
    }
  }
  const of = (runs: readonly Measured[], value: (run: Measured) => number, digits = 0): string =>
    figure(median(runs.map(value)), digits);
  printPart({
    title: `Appends to a log that grows to ${figure(events)} events; medians of ${String(rounds)} rounds`,
    columns: ['version', 'events/s empty', 'events/s at the end', 'all', 'CPU us/event', 'at the end', 'bytes/event'],
    rows: found.map((runs, index) => [
      versions[index] ?? '',
      of(runs, ({ chunks }) => speedOf(chunks.slice(0, ENDS))),
      of(runs, ({ chunks }) => speedOf(chunks.slice(-ENDS))),
      of(runs, ({ chunks }) => speedOf(chunks)),
      of(runs, ({ chunks }) => sum(chunks.map(({ cpu }) => cpu)) / (chunks.length * CHUNK), 1),
      of(runs, ({ chunks }) => sum(chunks.slice(-ENDS).map(({ cpu }) => cpu)) / (ENDS * CHUNK), 1),
      of(runs, ({ bytes }) => bytes / events),
    ]),
    goals: [],
    measurements: found,
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      events: { type: 'string', default: '300000' },
      rounds: { type: 'string', default: '3' },
      before: { type: 'string' },
      'append-with': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const events = Math.max(1, Math.ceil(Number(values.events) / CHUNK)) * CHUNK;
  const { 'append-with': checkout, before } = values;
  if (checkout !== undefined) {
    await appendAll(checkout, events);
    return;
  }
  const ours = resolve(__dirname, '..', '..', '..');
  measure(before === undefined ? [ours] : [resolve(before), ours], events, Math.max(1, Number(values.rounds)));
}

void main();
