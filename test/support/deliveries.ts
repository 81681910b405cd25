import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { ACCESS_STREAM } from '../../schemas/api/access';
import type { Fault } from '../../schemas/wire/handle-order';
import { orderKey, type OrderKey } from '../../schemas/order-key';
import type { HandleOrderAnswer, HistoryPage, QuarantineDetail } from '../../schemas/api/order-view';
import { type Answer, asOperator, type RunningService } from './running-service';

/** What the tests of the webhook and of what is read after it send, and how they look at what became of it. */

/** Ids of an order as they go over the wire: any text. */
export interface WireKey {
  readonly location_id: string;
  readonly order_id: string;
}

/** An `order.updated` about `key`; `fields` replaces or adds to its object. */
export const update = (key: Partial<WireKey>, fields: Readonly<Record<string, unknown>> = {}) => ({
  type: 'order.updated',
  object: { location_id: 'pos_location_456', order_id: 'pos_order_123', ...key, status: 'in_progress', ...fields },
});

/** Path of an order, or of something below it. */
export const orderPath = ({ location_id, order_id }: WireKey, below = ''): string =>
  `/locations/${encodeURIComponent(location_id)}/orders/${encodeURIComponent(order_id)}${below}`;

/** Every example of Stream's documents, verbatim, in their order. */
export const EXAMPLES: readonly { readonly name: string; readonly bytes: Buffer }[] = (() => {
  const directory = join(__dirname, '..', 'examples');
  return readdirSync(directory)
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(directory, name)) }));
})();

export interface ExampleBody {
  readonly type: string;
  readonly object: OrderKey & Readonly<Record<string, unknown>>;
}
export const parseExample = (bytes: Buffer): ExampleBody => JSON.parse(bytes.toString('utf8')) as ExampleBody;

/** Gives each test orders of its own on a service that a file's tests share. */
export function freshKeys(prefix: string): () => OrderKey {
  let next = 0;
  return () => orderKey(`${prefix} location`, `${prefix} order ${String(next++)}`);
}

export const answerOf = ({ json }: Answer): HandleOrderAnswer => json as HandleOrderAnswer;

/** The catalogue entry and headers of a problem answer, in short. */
export const problemOf = ({ status, headers, json }: Answer) => ({
  status,
  mediaType: headers['content-type']?.split(';')[0],
  type: (json as { type?: unknown } | undefined)?.type,
});

/** What {@link problemOf} gives for a catalogue entry. */
export const problem = (status: number, code: string) => ({
  status,
  mediaType: 'application/problem+json',
  type: `urn:ticket-rail:problem:${code}`,
});

export async function historyOf(service: RunningService, key: WireKey): Promise<HistoryPage> {
  const answer = await service.get(orderPath(key, '/history?limit=1000'));
  return answer.status === 404 ? { events: [], next: null } : (answer.json as HistoryPage);
}

/** What lies in quarantine because of a body that was answered with `answer`. */
export async function quarantinedBy(service: RunningService, answer: Answer): Promise<QuarantineDetail> {
  const { quarantine_id } = answer.json as { quarantine_id: string };
  const { json } = await service.call(`/quarantine/${quarantine_id}`, { headers: asOperator });
  return json as QuarantineDetail;
}

export const pointersOf = (answer: Answer): string[] =>
  (answer.json as { errors: Fault[] }).errors.map(({ pointer }) => pointer);

/** One row of the embedded store. */
export interface LogRow {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly data: string;
  readonly metadata: string | null;
}

/** Everything in the embedded store of a service, read from its file beside it. */
export function readLog(dataDir: string): LogRow[] {
  const db = new Database(join(dataDir, 'events.sqlite'), { readonly: true });
  try {
    return db
      .prepare<[], LogRow>('SELECT stream, revision, type, data, metadata FROM readable_events ORDER BY position')
      .all();
  } finally {
    db.close();
  }
}

/** How many events the store has, but for who looked: what was refused must not change it. */
export const countEvents = (dataDir: string): number =>
  readLog(dataDir).filter(({ stream }) => !stream.startsWith(ACCESS_STREAM)).length;
