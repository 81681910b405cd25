import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureBefore } from './before';
import { measureBeside } from './beside';
import { measureClient } from './client';
import { DESTINATION } from './destination';
import { measureFeed } from './feed';
import { FULL_HISTORY } from './history';
import { measureLive } from './live';
import { measureRebuild, measureStart, measureVerify, type OperationOptions } from './operations';
import { POLLS } from './polls';
import { type Part, printPart } from './report';
import { measureRestart } from './restart';
import { SCREENS } from './screens';
import { measureSearch, SEARCHED_ORDERS } from './search';
import { makeDataDir, type ServerName } from './servers';
import { measureChain, measureLag, measureLatency, measureThroughput } from './webhook';

const HELP = `npm run bench -- [options]

  --only PARTS    comma-separated: throughput, client, latency, lag, live, chain, destination, screens, polls,
                  feed, search, rebuild, start, restart, verify, before (default: all; before only with --before)
  --servers NAMES comma-separated: floor, naive, ours, eventstoredb (default: all), for throughput, latency
                  and restart
  --rounds N      how often everything is measured (default 3)
  --seconds N     measured seconds of one run, after 2 of warm-up (default 5)
  --quick         one round of 2 seconds, and a tenth of the history
  --before DIR    a built checkout of another version, to be measured beside this one
  --history DIR   keep the generated history there, and use it if it is there (default: a temporary directory)
  --out FILE      where to write the results (default bench-results.json)

A goal that is missed is reported and does not fail the run.`;

const PARTS = [
  'throughput',
  'client',
  'latency',
  'lag',
  'live',
  'chain',
  'destination',
  'screens',
  'polls',
  'feed',
  'search',
  'rebuild',
  'start',
  'restart',
  'verify',
  'before',
] as const;
const SERVER_NAMES: readonly ServerName[] = ['floor', 'naive', 'ours', 'eventstoredb'];

/** @returns the names in a comma-separated list. @throws if one is not known. */
function names<Name extends string>(list: string | undefined, known: readonly Name[]): readonly Name[] {
  if (list === undefined) return known;
  return list.split(',').map((text) => {
    const name = known.find((one) => one === text.trim());
    if (name === undefined) throw new Error(`${JSON.stringify(text)} is not one of ${known.join(', ')}`);
    return name;
  });
}

/** @returns a whole number from 1. @throws if it is not one. */
function count(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`${JSON.stringify(text)} is not a whole number from 1`);
  return Number(text);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      servers: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      before: { type: 'string' },
      history: { type: 'string' },
      out: { type: 'string', default: 'bench-results.json' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { before } = values;
  if (before === undefined && values.only?.includes('before') === true) throw new Error('--only before needs --before');
  const parts = names(values.only, PARTS).filter((part) => part !== 'before' || before !== undefined);
  const servers = names(values.servers, SERVER_NAMES);
  const rounds = count(values.rounds, values.quick ? 1 : 3);
  const seconds = count(values.seconds, values.quick ? 2 : 5);
  const size = values.quick ? { events: FULL_HISTORY.events / 10, orders: FULL_HISTORY.orders / 10 } : FULL_HISTORY;
  let dataDir: string | null = null; // of the history; made where a part needs it
  const operation = (): OperationOptions => {
    dataDir ??= values.history === undefined ? makeDataDir() : resolve(values.history);
    return { dataDir, size, rounds };
  };
  const measure: Readonly<Record<(typeof PARTS)[number], () => Promise<Part>>> = {
    throughput: () => measureThroughput(servers, { rounds, seconds }),
    client: () => measureClient({ seconds }),
    latency: () => measureLatency(servers, { rounds, seconds: seconds * 2 }),
    lag: () => measureLag({ rounds, seconds: seconds * 2 }),
    live: () => measureLive({ rounds, seconds: seconds * 2 }),
    chain: () => measureChain({ rounds, seconds }),
    destination: () => measureBeside(DESTINATION, { rounds, seconds }),
    screens: () => measureBeside(SCREENS, { rounds, seconds }),
    polls: () => measureBeside(POLLS, { rounds, seconds }),
    feed: () => measureFeed(operation()),
    search: () =>
      measureSearch({
        dataDir: operation().dataDir,
        orders: values.quick ? SEARCHED_ORDERS / 10 : SEARCHED_ORDERS,
      }),
    rebuild: () => measureRebuild(operation()),
    start: () => measureStart(operation()),
    restart: () => measureRestart(servers, rounds),
    verify: () => measureVerify(operation()),
    before: () => measureBefore({ before: before ?? '', rounds, seconds: seconds * 4 }),
  };

  const [cpu] = cpus();
  const machine = {
    node: process.version,
    cpu: cpu?.model ?? 'unknown',
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 1e9),
  };
  console.log(
    `Node ${machine.node}, ${String(machine.cores)} cores of ${machine.cpu}, ${String(machine.memory_gb)} GB`,
  );
  const results: Record<string, unknown> = {
    at: new Date().toISOString(),
    machine,
    options: { rounds, seconds, size },
  };
  for (const name of parts) {
    console.log(`\n${name} ...`);
    const part = await measure[name]();
    printPart(part);
    results[name] = { goals: part.goals, measurements: part.measurements };
    writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
  }
  console.log(`\nEvery measurement is in ${values.out}.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
