import { Agent, request } from 'node:http';
import { setPriority } from 'node:os';
import { REPORT_INTERVAL_MS } from '../../schemas/api/screen-limits';
import { benchOrder, OPEN_ORDERS } from './deliveries';

/**
 * 500 screens that report at their pace, each with receipts of orders of its location that it has not reported yet. Sent
 * the port of the service, it begins.
 */

const SCREENS = 500;
/** Receipts of each report: the orders of a rush that have had news since the one before. */
const RECEIPTS = 10;
/** Reports of a screen that are prepared: of the orders of as many generations as come in that time. */
const GENERATIONS = 3;

/** The orders of each location, those first that are there after the warm-up. */
const orders = new Map<string, string[]>();
for (let index = 0; index < GENERATIONS * OPEN_ORDERS; index += 1) {
  const { location_id, order_id } = benchOrder('bench', index);
  const known = orders.get(location_id);
  if (known === undefined) orders.set(location_id, [order_id]);
  else known.push(order_id);
}
const locations = [...orders.keys()];

// In life they stand on machines of their own; here they take what is left of this one.
setPriority(19);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let sent = 0;
let timer: NodeJS.Timeout | undefined;

function report(port: number): void {
  const n = sent++;
  const [screen, turn] = [n % SCREENS, Math.floor(n / SCREENS)];
  const location = locations[screen % locations.length] ?? '';
  const at = new Date().toISOString();
  const painted = orders.get(location)?.slice(turn * RECEIPTS, (turn + 1) * RECEIPTS) ?? [];
  const receipts = painted.map((order_id) => ({ order_id, revision: 0, shown: 'tile', at }));
  const body = JSON.stringify({
    screen_id: screen.toString(16).padStart(32, '0'),
    name: `screen ${String(screen)}`,
    ...{ kind: 'board', visible: true, freshness: 'live', age_ms: 0, position: null, sent_at: at, receipts },
  });
  const path = `/locations/${encodeURIComponent(location)}/screen-reports`;
  const headers = { 'Content-Type': 'application/json' };
  request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent })
    // The service is killed under it in the end.
    .on('error', () => undefined)
    .on('response', (response) => {
      response.resume();
      if (response.statusCode !== 204) throw new Error(`a report is answered ${String(response.statusCode)}`);
    })
    .end(body);
}

/** A port: they report to the service there. Anything else: they rest. */
process.on('message', (port: unknown) => {
  clearInterval(timer);
  if (typeof port !== 'number') return;
  timer = setInterval(() => {
    report(port);
  }, REPORT_INTERVAL_MS / SCREENS);
});
process.once('disconnect', () => process.exit(0));
