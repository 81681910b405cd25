import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLoad } from './load';
import { figure, type Part } from './report';
import { makeDataDir, removeDataDir, Server } from './servers';

/** Whose code a frame of a profile is, by the address of its script; the first that matches. */
const OWNERS = [
  ['loading', /node:internal\/modules/],
  ['client', /@eventstore|@grpc|google-protobuf|internal\/http2|node:http2/],
  ['express', /node_modules\/(?:express|router|finalhandler|parseurl|helmet)\//],
  ['SQLite', /better-sqlite3/],
  ['ours', /dist\/(?:services|schemas|projections)\//],
] as const;
type Owner = (typeof OWNERS)[number][0] | 'garbage collector' | 'node';
/** Loading is over when the load begins. */
const OWNER_NAMES: readonly Owner[] = ['ours', 'express', 'SQLite', 'client', 'garbage collector', 'node'];

/** What `node --cpu-prof` writes, as far as it is read here. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Adds the time of one thread to that of each owner: a frame of nobody counts for whoever called it. */
function addThread({ nodes, samples, timeDeltas }: Profile, sums: Map<Owner, number>): void {
  const micros = new Map<number, number>();
  for (const [index, id] of samples.entries()) micros.set(id, (micros.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  const owners = new Map<number, Owner>();
  for (const { id, callFrame, children = [] } of nodes) {
    const { functionName, url } = callFrame;
    if (functionName === '(idle)') continue;
    const own = OWNERS.find(([, pattern]) => pattern.test(url))?.[0];
    const owner = functionName === '(garbage collector)' ? 'garbage collector' : (own ?? owners.get(id) ?? 'node');
    for (const child of children) owners.set(child, owner);
    sums.set(owner, (sums.get(owner) ?? 0) + (micros.get(id) ?? 0));
  }
}

/** CPU microseconds of one request. */
interface Cost {
  readonly owners: ReadonlyMap<Owner, number>;
  /** Of the test node, a process of its own. */
  readonly testNode: number;
}

const total = ({ owners, testNode }: Cost): number =>
  [...owners.values()].reduce((sum, micros) => sum + micros, 0) + testNode;

async function profile(name: 'ours' | 'eventstoredb', seconds: number): Promise<Cost> {
  const [dataDir, profiles] = [makeDataDir(), makeDataDir()];
  try {
    const running = await Server.start(name, dataDir, { flags: ['--cpu-prof', `--cpu-prof-dir=${profiles}`] });
    const before = { cpu: running.cpuSeconds(), node: running.nodeCpuSeconds() };
    const warmupSeconds = 2;
    const requests = 25_000 * (seconds + warmupSeconds);
    const { port } = running;
    const load = await runLoad({
      port,
      connections: 64,
      warmupSeconds,
      seconds,
      rate: null,
      requests,
      salt: 'client',
      sampleEvery: null,
    });
    const perDelivery = (seconds: number): number => (seconds / load.accepted) * 1e6;
    const testNode = perDelivery(running.nodeCpuSeconds() - before.node);
    const cpu = perDelivery(running.cpuSeconds() - before.cpu);
    await running.stop();
    const sums = new Map<Owner, number>();
    for (const file of readdirSync(profiles))
      addThread(JSON.parse(readFileSync(join(profiles, file), 'utf8')) as Profile, sums);
    sums.delete('loading');
    // Samples tell shares: a thread that waits for a processor is sampled too.
    const sampled = [...sums.values()].reduce((sum, micros) => sum + micros, 0);
    return { owners: new Map([...sums].map(([owner, micros]) => [owner, (micros / sampled) * cpu])), testNode };
  } finally {
    removeDataDir(profiles);
    removeDataDir(dataDir);
  }
}

/** Where does a delivery's CPU time go over EventStoreDB, and what of it is the client's? Starting is counted in. */
export async function measureClient({ seconds }: { readonly seconds: number }): Promise<Part> {
  const sqlite = await profile('ours', seconds);
  const eventstoredb = await profile('eventstoredb', seconds);
  const of = (cost: Cost, owner: Owner): number => cost.owners.get(owner) ?? 0;
  const theirs = of(eventstoredb, 'client') + eventstoredb.testNode;
  const possible = total(sqlite) / (total(eventstoredb) - theirs);
  const row = (name: string, pick: (cost: Cost) => number): string[] => [
    name,
    figure(pick(sqlite)),
    figure(pick(eventstoredb)),
  ];
  return {
    title: 'Where CPU time goes: us for each delivery, 64 connections, closed loop',
    columns: ['', '(c) ours', '(d) ours on EventStoreDB'],
    rows: [
      ...OWNER_NAMES.map((owner) => row(owner, (cost) => of(cost, owner))),
      row('the test node', ({ testNode }) => testNode),
      row('all', total),
    ],
    goals: [
      {
        name: '(d) / (c) by CPU time, if the client and the test node cost nothing',
        goal: '>= 0.50: then it is they that limit (d)',
        figure: `${figure(possible, 2)}, with them ${figure(total(sqlite) / total(eventstoredb), 2)}`,
        met: possible >= 0.5,
      },
    ],
    measurements: { sqlite: Object.fromEntries(sqlite.owners), eventstoredb: Object.fromEntries(eventstoredb.owners) },
  };
}
