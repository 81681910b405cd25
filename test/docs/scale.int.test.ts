import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { OrderPage } from '../../schemas/api/order-view';
import { orderPath, update } from '../support/deliveries';
import { freePorts } from '../support/free-ports';
import { until } from '../support/patience';
import {
  asReader,
  call,
  discard,
  type RunningService,
  signed,
  startService,
  temporaryDirectory,
} from '../support/running-service';

/** What docs/guides/scale.md says of one address before several instances, with the configuration as it stands there. */

const ROOT = resolve(__dirname, '../..');
const GUIDE = readFileSync(join(ROOT, 'docs/guides/scale.md'), 'utf8');
const isHere = spawnSync('haproxy', ['-v']).status === 0;
const where = isHere ? 'HAProxy' : 'HAProxy, which this machine lacks,';

/** Locations of the map, by instance; those that it does not name go to the second. */
const NORTH = ['north-1', 'nörth/2'];
const SOUTH = ['south-1', 'new-2'];
const ORDERS = 20;

/** @returns the block of the guide in a language */
function block(language: string): string {
  const [, text] = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(GUIDE) ?? [];
  if (text === undefined) throw new Error(`the guide has no ${language}`);
  return text;
}

let folder: string;
let services: RunningService[];
let url: string;
let proxy: ReturnType<typeof spawn> | undefined;

beforeAll(async () => {
  folder = temporaryDirectory();
  if (!isHere) return;
  services = await Promise.all([startService(), startService()]);
  const port = await freePorts();
  url = `http://127.0.0.1:${String(port)}`;
  const map = join(folder, 'locations.map');
  writeFileSync(map, NORTH.map((location) => `${location} north\n`).join(''));
  const [north = '', south = ''] = services.map((service) => new URL(service.url).host);
  const config = block('haproxy')
    .replace('/etc/haproxy/locations.map', map)
    .replace('bind :8080', `bind 127.0.0.1:${String(port)}`)
    .replace('127.0.0.1:8081', north)
    .replace('127.0.0.1:8082', south);
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, config);
  proxy = spawn('haproxy', ['-f', file, '-db'], { stdio: 'inherit' });
  await until('HAProxy to listen', () =>
    call(url, '/healthz').then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
});
afterAll(async () => {
  proxy?.kill();
  if (isHere) await discard(...services);
  rmSync(folder, { recursive: true, force: true });
});

const deliver = (key: { location_id: string; order_id: string }, fields = {}) => {
  const body = JSON.stringify(update(key, fields));
  return call(url, '/handle-order', { method: 'POST', headers: signed(body), body });
};

const ordersAt = async (service: RunningService, location: string): Promise<number> => {
  const { json } = await service.get(`/locations/${encodeURIComponent(location)}/orders`, asReader);
  return (json as OrderPage).orders.length;
};

(isHere ? it : it.skip)(
  `with ${where} as the guide has it before two instances, all that is delivered of a location reaches one, and is read there`,
  async () => {
    for (const location_id of [...NORTH, ...SOUTH]) {
      for (let n = 0; n < ORDERS; n++) {
        const answer = await deliver({ location_id, order_id: `order ${String(n)}` });
        expect(answer.json).toMatchObject({ outcome: 'recorded', location_id, revision: 0 });
      }
    }
    for (const [n, service] of services.entries()) {
      const found = await Promise.all([...NORTH, ...SOUTH].map((location) => ordersAt(service, location)));
      expect(found).toEqual(n === 0 ? [ORDERS, ORDERS, 0, 0] : [0, 0, ORDERS, ORDERS]);
    }
    for (const location_id of [...NORTH, ...SOUTH]) {
      const { status } = await call(url, orderPath({ location_id, order_id: 'order 1' }), { headers: asReader });
      expect(status).toBe(200);
    }
  },
);

(isHere ? it : it.skip)(
  `with ${where} as the guide has it, the largest delivery reaches the instance of its location`,
  async () => {
    // Its location stands behind all the rest.
    const object = { note: 'x'.repeat(262_144 - 200), order_id: 'large', status: 'in_progress', location_id: NORTH[0] };
    const body = JSON.stringify({ type: 'order.updated', object });
    const answer = await call(url, '/handle-order', { method: 'POST', headers: signed(body), body });
    expect(answer.json).toMatchObject({ outcome: 'recorded', location_id: NORTH[0] });
    const read = await services[0]?.get(orderPath({ location_id: NORTH[0] ?? '', order_id: 'large' }), asReader);
    expect(read?.status).toBe(200);
  },
);
