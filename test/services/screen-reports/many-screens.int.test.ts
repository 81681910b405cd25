import { Agent } from 'node:http';
import { orderId, orderKey } from '../../../schemas/order-key';
import type { OrderReceipts, ScreenList } from '../../../schemas/api/screen-reports';
import { REPORT_INTERVAL_MS } from '../../../schemas/api/screen-limits';
import { orderPath, update } from '../../support/deliveries';
import { until } from '../../support/patience';
import {
  asOperator,
  asReader,
  callUntilKnown,
  discard,
  type RunningService,
  startService,
} from '../../support/running-service';

/** Screens of a chain of restaurants, and the locations that they are at. */
const SCREENS = 500;
const LOCATIONS = 200;
/** Reports in one second, and most receipts in each: every order of a rush on two or three screens. */
const REPORTS_PER_SECOND = SCREENS / (REPORT_INTERVAL_MS / 1_000);
const RECEIPTS = 10;
/** Deliveries on their way at a time. */
const WIDTH = 8;
/** Milliseconds for which deliveries come before the reports, and with them. What that costs is measured by `npm run bench`. */
const BEFORE_MS = 1_000;
const WITH_MS = 4_000;
/** Milliseconds until all that was reported is recorded, on a quiet machine. */
const RECORDED_MS = 30_000;

const locationOf = (screen: number): string => `location-${String(screen % LOCATIONS)}`;
const order = (n: number) => orderId(`order ${String(n)}`);

describe('500 screens', () => {
  let service: RunningService;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(async () => {
    agent.destroy();
    await discard(service);
  });

  let delivered = 0;
  /** Orders that are at a location, as they came. */
  const ordersAt = new Map<string, ReturnType<typeof order>[]>();
  /** Delivers for a time, as fast as it goes. */
  async function deliver(ms: number): Promise<void> {
    const begun = performance.now();
    const one = async (): Promise<void> => {
      while (performance.now() - begun < ms) {
        const n = delivered++;
        const [location_id, order_id] = [locationOf(n), order(n)];
        const { status } = await service.deliver(update({ location_id, order_id }));
        expect(status).toBe(200);
        ordersAt.set(location_id, [...(ordersAt.get(location_id) ?? []), order_id]);
      }
    };
    await Promise.all(Array.from({ length: WIDTH }, one));
  }

  let sent = 0;
  let receiptsSent = 0;
  /** How many orders of its location a screen has reported. */
  const reported = new Map<number, number>();
  async function report(): Promise<void> {
    const n = sent++;
    const screen = n % SCREENS;
    const at = new Date().toISOString();
    const before = reported.get(screen) ?? 0;
    const painted = (ordersAt.get(locationOf(screen)) ?? []).slice(before, before + RECEIPTS);
    const receipts = painted.map((order_id) => ({ order_id, revision: 0, shown: 'tile', at }));
    reported.set(screen, before + receipts.length);
    receiptsSent += receipts.length;
    const body = {
      screen_id: screen.toString(16).padStart(32, '0'),
      name: `screen ${String(screen)}`,
      ...{ kind: 'board', visible: true, freshness: 'live', age_ms: 0, position: null, sent_at: at, receipts },
    };
    const path = `/locations/${locationOf(screen)}/screen-reports`;
    // Where the read model is behind, receipts are not taken yet, as screens know.
    const answer = await callUntilKnown(
      service.url,
      path,
      { method: 'POST', headers: asReader, body: JSON.stringify(body) },
      agent,
    );
    expect(answer.status).toBe(204);
  }

  /** Has screens report at their pace while something else is done. */
  async function whileReporting(run: () => Promise<void>): Promise<void> {
    const answers: Promise<void>[] = [];
    const timer = setInterval(() => {
      answers.push(report());
    }, 1_000 / REPORTS_PER_SECOND);
    try {
      await run();
    } finally {
      clearInterval(timer);
      await Promise.all(answers);
    }
  }

  it('500 screens report at their pace while deliveries come, all are taken, and what they painted is recorded', async () => {
    await deliver(BEFORE_MS);
    await whileReporting(() => deliver(WITH_MS));
    while (sent < SCREENS) await report();
    const { screens } = (await service.call('/screen-reports', { headers: asOperator })).json as ScreenList;
    expect(screens).toHaveLength(SCREENS);
    const areRecorded = async (): Promise<boolean> => {
      const { text } = await service.call('/metrics', { headers: asOperator });
      return Number(/^ticket_rail_display_receipts_total (\d+)$/m.exec(text)?.[1]) === receiptsSent;
    };
    await until('all receipts to be recorded', areRecorded, RECORDED_MS);
    const key = orderKey(locationOf(0), order(0));
    const { json } = await service.call(orderPath(key, '/receipts'), { headers: asReader });
    const names = (json as OrderReceipts).receipts.map(({ name }) => name);
    expect(names).toContain('screen 0');
  });
});
