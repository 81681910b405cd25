import { Agent } from 'node:http';
import fc from 'fast-check';
import { parseJson, stringifyJson } from '../../../schemas/json/exact-json';
import { orderStream } from '../../../schemas/events/order-events';
import { contentHash } from '../../../services/event-store/seal/seal';
import type { Delivery } from '../../../schemas/wire/handle-order';
import type { OrderKey } from '../../../schemas/order-key';
import type { HandleOrderAnswer, Order } from '../../../schemas/api/order-view';
import { type LogRow, orderPath, readLog } from '../../support/deliveries';
import { repeated } from '../../support/depth';
import { until } from '../../support/patience';
import { type Answer, call, discard, type RunningService, signed, startService } from '../../support/running-service';
import { arbitraryMutant, type Mutant } from './mutants';

/** Bodies in all, as issues of the project promise. */
const MUTANTS = repeated({ short: 2_000, all: 4_000, soak: 10_000 });
const MUTANTS_PER_RUN = 500;
const IN_FLIGHT = 32;
/** Small, so that padding gets over it now and then. */
const MAX_BODY_BYTES = 32_768;

interface Sent {
  readonly mutant: Mutant;
  readonly answer: HandleOrderAnswer;
}

describe('mutated deliveries', () => {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  let service: RunningService;
  beforeAll(async () => {
    service = await startService({ MAX_BODY_BYTES: String(MAX_BODY_BYTES) });
  });
  afterAll(async () => {
    agent.destroy();
    await discard(service);
  });

  const post = (bytes: Buffer): Promise<Answer> =>
    call(service.url, '/handle-order', { method: 'POST', headers: signed(bytes), body: bytes }, agent);

  /** Throws with the body, so that one failure can be tried by hand. */
  function check({ bytes, untouched }: Mutant, { status, text }: Answer): void {
    const allowed = untouched ? [200] : bytes.length > MAX_BODY_BYTES ? [413] : [200, 202];
    if (!allowed.includes(status)) {
      throw new Error(
        `${String(status)} instead of ${allowed.join(' or ')}: ${text}\nbody: ${bytes.toString('base64')}`,
      );
    }
  }

  /** What a row says must be what was sent: the whole content for a fact, every byte for what could not be used. */
  function isKept({ mutant: { bytes }, answer }: Sent, rows: ReadonlyMap<string, LogRow>): boolean {
    if (answer.outcome === 'quarantined') {
      const row = rows.get(`quarantine ${answer.quarantine_id}`);
      const { body_base64 } = JSON.parse(row?.data ?? '{}') as { body_base64?: string };
      return body_base64 !== undefined && Buffer.from(body_base64, 'base64').equals(bytes);
    }
    if (answer.outcome === 'ping') return /^\ufeff?(\s*\{\s*\}\s*)?$/.test(bytes.toString('utf8'));
    const row = rows.get(`${orderStream(answer)} ${String(answer.revision)}`);
    if (row === undefined) return false;
    const sent = parseJson(bytes.toString('utf8').replace(/^\ufeff/, '')) as Delivery;
    const kept = { type: row.type, object: parseJson(row.data) } as Delivery;
    if (answer.outcome === 'repeat') return contentHash(sent) === contentHash(kept);
    return sent.type === kept.type && stringifyJson(sent.object) === stringifyJson(kept.object);
  }

  it('no mutated delivery gets 5xx, and each authentic one is in its order’s history or in quarantine', async () => {
    const sent: Sent[] = [];
    const outcomes = { recorded: 0, repeat: 0, quarantined: 0, refused: 0 };
    const batches = fc
      .array(arbitraryMutant, { minLength: MUTANTS_PER_RUN, maxLength: MUTANTS_PER_RUN })
      .map((mutants) => ({ mutants, [fc.toStringMethod]: () => 'a batch of mutants; the error has the one' }));
    await fc.assert(
      fc.asyncProperty(batches, async ({ mutants }) => {
        const left = mutants.values();
        const sendAll = async (): Promise<void> => {
          for (const mutant of left) {
            const answer = await post(mutant.bytes);
            check(mutant, answer);
            if (answer.status === 413) outcomes.refused++;
            else sent.push({ mutant, answer: answer.json as HandleOrderAnswer });
          }
        };
        await Promise.all(Array.from({ length: IN_FLIGHT }, sendAll));
      }),
      { numRuns: MUTANTS / MUTANTS_PER_RUN, endOnFailure: true },
    );

    const log = readLog(service.dataDir);
    const rows = new Map(log.map((row) => [`${row.stream} ${String(row.revision)}`, row]));
    for (const { answer } of sent) if (answer.outcome !== 'ping') outcomes[answer.outcome]++;
    const lost = sent.filter((one) => !isKept(one, rows)).map(({ mutant }) => mutant.bytes.toString('base64'));
    expect(lost).toEqual([]);
    // Nothing is there that nobody was told of, and each fact stands where exactly one answer said.
    expect(log).toHaveLength(outcomes.recorded + outcomes.quarantined);
    const places = sent.flatMap(({ answer }) =>
      answer.outcome === 'recorded' ? [`${orderStream(answer)} ${String(answer.revision)}`] : [],
    );
    expect(new Set(places).size).toBe(places.length);
    expect(sent.length + outcomes.refused).toBe(MUTANTS);
    // The mutations reach every way through the house.
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(10);

    const newest = new Map<string, { key: OrderKey; revision: number }>();
    for (const { answer } of sent) {
      if (!('revision' in answer)) continue;
      const { location_id, order_id, revision } = answer;
      const before = newest.get(orderStream(answer))?.revision ?? -1;
      newest.set(orderStream(answer), { key: { location_id, order_id }, revision: Math.max(before, revision) });
    }
    for (const { key, revision } of newest.values()) {
      const { status, json } = await service.get(orderPath(key));
      expect({ status, ...key, revision: (json as Order).revision }).toEqual({ status: 200, ...key, revision });
    }
    await until('the service to be ready', async () => (await service.get('/readyz')).status === 200);
  });
});
