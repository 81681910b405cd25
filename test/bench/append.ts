import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { orderStream } from '../../schemas/events/order-events';
import type { StreamName } from '../../schemas/events/stream-name';
import type { EventStore, JsonValue, NewEvent } from '../../services/event-store/event-store';
import { contentHash, deliveryEventId, sealEvent } from '../../services/event-store/seal/seal';
import { benchDelivery, OPEN_ORDERS } from './deliveries';
import { figure, median, printPart } from './report';

const HELP = `npm run bench:append -- [options]

How the embedded event log takes appends as it grows, and how large it becomes: in each round one process
for each version appends to a log of its own, one after the other.

  --events N    how many each process appends (default 300000)
  --rounds N    how often each version is measured (default 3)
  --before DIR  a built checkout of another version, to be measured beside this one`;

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

/** The deliveries of a run as events, sealed one on the other. */
class Orders {
  readonly #salt = randomUUID().slice(0, 8);
  /** Hash of the newest event of the order in each place. */
  readonly #hashes: string[] = [];
  #index = 0;

  /** @returns the next event, in the lane of its order. */
  next(): { readonly lane: number; readonly append: Append } {
    const { key, revision, body } = benchDelivery(this.#salt, this.#index);
    const place = this.#index++ % OPEN_ORDERS;
    const stream = orderStream(key);
    const delivery = JSON.parse(body) as { type: string; object: Record<string, JsonValue> };
    const content_hash = contentHash(delivery);
    const request_id = randomUUID();
    const metadata = {
      schema_version: 1,
      received_at: new Date().toISOString(),
      content_hash,
      body_sha256: createHash('sha256').update(body).digest('hex'),
      signed_with: 'ee49d6a5c0a28101',
      request_id,
    };
    const id = deliveryEventId(stream, revision, content_hash, request_id);
    const before = revision === 0 ? null : (this.#hashes[place] ?? null);
    const event = sealEvent(stream, { id, type: delivery.type, data: delivery.object, metadata }, before);
    this.#hashes[place] = event.metadata.event_hash;
    return { lane: place % LANES, append: { stream, event, expected: revision === 0 ? 'no_stream' : revision - 1 } };
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
