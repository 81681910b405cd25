import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readerName } from '../../schemas/files/reader-name';
import { toOrder } from '../../projections/order/order';
import { ATTENTION_CODES, DELIVERY_STATUSES, STAGES, STATUSES, VERDICTS } from '../../schemas/vocabulary';
import type { Reader } from '../../services/access/readers/readers';
import { foundOrdersFor } from '../../services/orders/order-page';
import { createOrderSearch, type OrderQuery } from '../../services/orders/search';
import { OrderTableReader } from '../../services/read-model/order-table/reader';
import { figure, type Part } from './report';
import { begunAt, makeSearchTable, searchedOrder } from './search-table';

/** How long does the search take to answer a page, by each filter alone? */

/** Of the goal: how many orders there are. */
export const SEARCHED_ORDERS = 1_000_000;
const GOAL_MS = 100;
/** How often each question is asked. */
const ASKS = 10;
/** As the page asks for them. */
const PAGE = 50;
/** Pages that are asked for after the first one. */
const DEEP = 3;

interface Question {
  readonly question: string;
  readonly queryOf: (n: number) => OrderQuery;
  readonly locations?: readonly string[];
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const timeOf = (at: number): string => new Date(at).toISOString();

function questionsOf(orders: number): readonly Question[] {
  const each = (name: keyof OrderQuery, values: Iterable<string>): readonly Question[] =>
    Array.from(values, (value) => ({ question: `${name}=${value}`, queryOf: () => ({ [name]: value }) }));
  const idOf = (n: number): string => searchedOrder(Math.floor((n * orders) / ASKS)).order_id;
  const [middle, end] = [begunAt(orders / 2), begunAt(orders)];
  const here = [...new Set([0, 1, 2].map((index) => searchedOrder(index).location_id))];
  return [
    { question: 'nothing', queryOf: () => ({}) },
    { question: 'one location', queryOf: () => ({}), locations: here.slice(0, 1) },
    { question: 'three locations', queryOf: () => ({}), locations: here },
    { question: 'a location without orders', queryOf: () => ({}), locations: ['nowhere'] },
    { question: 'two locations without orders', queryOf: () => ({}), locations: ['nowhere', 'elsewhere'] },
    { question: 'orderId, its last 2', queryOf: (n) => ({ orderId: idOf(n).slice(-2) }) },
    { question: 'orderId, its last 3', queryOf: (n) => ({ orderId: idOf(n).slice(-3) }) },
    { question: 'orderId, its last 6', queryOf: (n) => ({ orderId: idOf(n).slice(-6) }) },
    { question: 'orderId, whole', queryOf: (n) => ({ orderId: idOf(n) }) },
    ...each('orderId', ['pos_order', 'not there', 'zz', '00000000']),
    ...each('driver', ['Ana', 'a', 'Zebulon', 'Zebulon Quill', 'Qu', 'not there', 'zz']),
    ...each('licensePlate', ['ABC 1000', 'ABC', 'XYZ 9876', 'NOT 1', 'Q9']),
    ...each('phoneLast4', ['1000', '9999', '0000']),
    ...each('source', ['doordash', 'kiwibot', 'unheard']),
    ...each('label', ['not there']),
    ...each('status', [...STATUSES.keys(), 'teleported', 'not there']),
    ...each('deliveryStatus', [...DELIVERY_STATUSES.keys(), 'not there']),
    ...each('stage', STAGES),
    ...each('attention', ATTENTION_CODES),
    ...each('verdict', VERDICTS),
    { question: 'from, a while ago', queryOf: () => ({ from: timeOf(middle) }) },
    { question: 'from, to come', queryOf: () => ({ from: timeOf(end + DAY_MS) }) },
    { question: 'to, a while ago', queryOf: () => ({ to: timeOf(middle) }) },
    { question: 'to, before all', queryOf: () => ({ to: timeOf(begunAt(0)) }) },
    { question: 'an hour', queryOf: () => ({ from: timeOf(middle), to: timeOf(middle + DAY_MS / 24) }) },
  ];
}

const AUDITOR: Reader = { open: false, name: readerName('bench'), role: 'auditor', locations: '*', acts: false };

interface Asked {
  readonly question: string;
  /** Milliseconds of each page, and of CPU time, the shortest first. */
  readonly ms: readonly number[];
  readonly cpuMs: readonly number[];
  readonly found: number;
}

async function ask(
  search: ReturnType<typeof createOrderSearch>,
  { question, queryOf, locations }: Question,
): Promise<Asked> {
  const [ms, cpuMs]: [number[], number[]] = [[], []];
  let found = 0;
  for (let n = 0; n < ASKS; n++) {
    let after: number | null = null;
    for (let page = 0; page <= DEEP; page++) {
      const [began, cpu] = [performance.now(), process.cpuUsage()];
      const records = await search.find(locations ?? null, queryOf(n), { limit: PAGE, after, seesName: true });
      const answer = foundOrdersFor(AUDITOR, records, toOrder);
      JSON.stringify(answer);
      ms.push(performance.now() - began);
      const { user, system } = process.cpuUsage(cpu);
      cpuMs.push((user + system) / 1_000);
      found += answer.orders.length;
      after = records.next;
      if (after === null) break;
    }
  }
  const sorted = (times: number[]): number[] => times.sort((a, b) => a - b);
  return { question, ms: sorted(ms), cpuMs: sorted(cpuMs), found };
}

const at = (ms: readonly number[], share: number): number => ms[Math.ceil(ms.length * share) - 1] ?? NaN;

export async function measureSearch(options: { readonly dataDir: string; readonly orders: number }): Promise<Part> {
  const file = join(options.dataDir, `search-${String(options.orders)}.sqlite`);
  if (!existsSync(file)) {
    mkdirSync(options.dataDir, { recursive: true });
    const { save, complete } = makeSearchTable(file, options.orders);
    const each = figure((save / options.orders) * 1e6, 1);
    console.log(`  ${figure(options.orders)} orders: ${each} us each, and ${figure(complete, 1)} s for the indexes`);
  }
  const search = createOrderSearch({
    orders: new OrderTableReader(file),
    labels: { all: () => [], show: toOrder },
  });
  const asked: Asked[] = [];
  for (const question of questionsOf(options.orders)) asked.push(await ask(search, question));
  const slowest = [...asked].sort((a, b) => at(b.ms, 0.99) - at(a.ms, 0.99));
  const p99 = at(slowest[0]?.ms ?? [], 0.99);
  return {
    title: `Search over ${figure(options.orders)} orders: milliseconds of a page, by each filter alone`,
    columns: ['', 'p50', 'p99', 'largest', 'CPU, p50', 'p99', 'orders a page'],
    rows: slowest.map(({ question, ms, cpuMs, found }) => [
      question,
      ...[0.5, 0.99, 1].map((share) => figure(at(ms, share), 1)),
      ...[0.5, 0.99].map((share) => figure(at(cpuMs, share), 1)),
      figure(found / ms.length),
    ]),
    goals: [
      {
        name: 'p99 of the slowest filter',
        goal: `<= ${String(GOAL_MS)} ms`,
        figure: `${figure(p99, 1)} ms`,
        met: p99 <= GOAL_MS,
      },
    ],
    measurements: asked,
  };
}
