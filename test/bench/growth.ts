import { statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ATTENTION_CODES, STAGES, VERDICTS } from '../../schemas/vocabulary';
import { historyOrder } from './history';
import { type LoadResult, runLoad } from './load';
import { ensureHistory, rebuild } from './operations';
import { CONNECTIONS, type Growth, LAG_RATE, partOf, type Searched, type Size } from './growth-report';
import { figure, printPart } from './report';
import { EVENTS_FILE, httpGet, makeDataDir, orderEventsIn, removeDataDir, Server } from './servers';

const HELP = `npm run bench:growth -- [options]

How the whole service fares as its log grows. For each size: a history is made, its read model is rebuilt, the
service is started over it, searched, and given new deliveries; then it is killed, and every delivery that was
acknowledged is found in the log.

  --events LIST   sizes of the log, comma-separated (default 1000,100000,1000000)
  --seconds N     measured seconds of each load, after 2 of warm-up (default 10)
  --out FILE      where to write the results as JSON (default: nowhere)`;

const WARMUP_SECONDS = 2;
/** Most deliveries a second that a closed loop is prepared for. */
const CLOSED_LOOP_CAPACITY = 15_000;
/** How many of the deliveries are read back while the lag is measured. */
const LAG_SAMPLE_EVERY = 10;
/** How often each question is asked. */
const ASKS = 20;
const EVENTS_AN_ORDER = 1_000_000 / 150_000;

interface Question {
  readonly question: string;
  /** The query of each time that it is asked. */
  readonly queryOf: (n: number) => string;
  /** The id of an order that its answer must have. */
  readonly findsOf?: (n: number) => string;
}

/**
 * Questions of each filter of the search alone. Each asked for another order's id, or for a word that is in none, in some,
 * or in most.
 */
function questionsOf(orders: number): readonly Question[] {
  const each = (name: string, values: readonly string[]): readonly Question[] =>
    values.map((value) => ({ question: `${name}=${value}`, queryOf: () => `${name}=${encodeURIComponent(value)}` }));
  const findsOf = (n: number): string => historyOrder(Math.floor((n * orders) / ASKS)).order_id;
  return [
    { question: 'nothing', queryOf: () => '' },
    { question: 'order_id, its last 6', queryOf: (n) => `order_id=${findsOf(n).slice(-6)}`, findsOf },
    { question: 'order_id, whole', queryOf: (n) => `order_id=${findsOf(n)}`, findsOf },
    { question: 'a day', queryOf: () => 'from=2026-10-05T00:00:00Z&to=2026-10-06T00:00:00Z' },
    ...each('order_id', ['not there']),
    ...each('driver', ['Ana', 'not there']),
    ...each('license_plate', ['ABC 1234', 'XYZ 9']),
    ...each('phone_last4', ['1000', '0000']),
    ...each('source', ['uber', 'not there']),
    ...each('label', ['not there']),
    ...each('status', ['in_progress', 'completed', 'not there']),
    ...each('delivery_status', ['pending', 'completed', 'not there']),
    ...each('stage', [...STAGES]),
    ...each('attention', [...ATTENTION_CODES]),
    ...each('verdict', [...VERDICTS]),
  ];
}

async function search(port: number, orders: number): Promise<readonly Searched[]> {
  const searched: Searched[] = [];
  for (const { question, queryOf, findsOf } of questionsOf(orders)) {
    const ms: number[] = [];
    for (let n = 0; n < ASKS; n++) {
      const began = performance.now();
      const { status, body } = await httpGet(port, `/audit/orders?${queryOf(n)}`);
      ms.push(performance.now() - began);
      if (status !== 200) throw new Error(`${question} is answered ${String(status)}: ${body}`);
      if (findsOf !== undefined && !body.includes(findsOf(n))) {
        throw new Error(`${question} does not find ${findsOf(n)}`);
      }
    }
    searched.push({ question, ms: ms.sort((a, b) => a - b) });
  }
  return searched;
}

function load(port: number, seconds: number, rate: number | null, salt: string): Promise<LoadResult> {
  return runLoad({
    port,
    connections: CONNECTIONS,
    warmupSeconds: WARMUP_SECONDS,
    seconds,
    rate,
    requests: Math.ceil((rate ?? CLOSED_LOOP_CAPACITY) * (WARMUP_SECONDS + seconds)),
    salt,
    sampleEvery: rate === null ? null : LAG_SAMPLE_EVERY,
  });
}

async function measureFloor(seconds: number): Promise<LoadResult> {
  const dataDir = makeDataDir();
  const floor = await Server.start('floor', dataDir);
  try {
    return await load(floor.port, seconds, null, 'floor');
  } finally {
    await floor.stop();
    removeDataDir(dataDir);
  }
}

/** @throws if a delivery was refused, or what was acknowledged is not what is stored */
async function measureSize(events: number, seconds: number): Promise<Size> {
  const dataDir = makeDataDir();
  const orders = Math.round(events / EVENTS_AN_ORDER);
  try {
    await ensureHistory({ dataDir, size: { events, orders }, rounds: 1 });
    const bytes = statSync(join(dataDir, EVENTS_FILE)).size / events;
    const built = await rebuild(dataDir);
    const server = await Server.start('ours', dataDir);
    const searched = await search(server.port, orders);
    // What was made at once is covered by checkpoints first, as that of a service that runs is.
    await server.idle();
    const lag = await load(server.port, seconds, LAG_RATE, 'lag');
    const cpu = server.cpuSeconds();
    const ingest = await load(server.port, seconds, null, 'ingest');
    const cpuMicros = ((server.cpuSeconds() - cpu) / ingest.accepted) * 1e6;
    const rssMb = server.rssMb();
    await server.killAndCount();
    for (const { errors } of [lag, ingest]) {
      if (errors.count > 0) throw new Error(`a delivery was answered ${String(errors.first)}`);
    }
    const [stored, acknowledged] = [orderEventsIn(dataDir) - events, lag.accepted + ingest.accepted];
    if (stored !== acknowledged) {
      throw new Error(`${figure(acknowledged)} deliveries were acknowledged, ${figure(stored)} are stored`);
    }
    console.log(`  ${figure(events)} events: ${figure(acknowledged)} deliveries were new, acknowledged and found`);
    return {
      events,
      bytes,
      rebuildSeconds: built.seconds,
      rebuildRssMb: built.rssMb,
      startMs: server.readyMs,
      searched,
      lag,
      ingest,
      cpuMicros,
      rssMb,
      floor: await measureFloor(seconds),
    };
  } finally {
    removeDataDir(dataDir);
  }
}

/** @returns a whole number from 1. @throws if it is not one. */
function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${JSON.stringify(text)} is not a whole number from 1`);
  return Number(text);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      events: { type: 'string', default: '1000,100000,1000000' },
      seconds: { type: 'string', default: '10' },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const [cpu] = cpus();
  const machine = { node: process.version, cpu: cpu?.model ?? 'unknown', cores: availableParallelism() };
  console.log(`Node ${machine.node}, ${String(machine.cores)} cores of ${machine.cpu}`);
  const sizes: Size[] = [];
  for (const events of values.events.split(',').map(count))
    sizes.push(await measureSize(events, count(values.seconds)));
  const growth: Growth = { at: new Date().toISOString(), machine, sizes };
  printPart(partOf(growth));
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(growth, null, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
