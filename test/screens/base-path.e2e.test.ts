import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { browserLab } from '../support/browser-lab';
import { LAUNCH_TIMEOUT_MS } from '../support/chromium';
import { discard, entryOf, type RunningService, startService } from '../support/running-service';
import { updated } from '../support/screen-lab';

/** The pages below a prefix, through proxies of both kinds. */

const TOKEN = 'auditor-0123456789abcdef0123456789';
const PREFIX = '/rail';

interface Front {
  readonly url: string;
  /** What was asked for outside the prefix. */
  readonly astray: readonly string[];
  close(): Promise<void>;
}

/** A proxy for `/rail` alone: the rest of its host belongs to others. */
async function startFront(target: string, strips: boolean): Promise<Front> {
  const { hostname, port } = new URL(target);
  const astray: string[] = [];
  const server: Server = createServer((request, response) => {
    const { url = '', method, headers } = request;
    if (url !== PREFIX && !url.startsWith(`${PREFIX}/`)) {
      if (url !== '/favicon.ico') astray.push(url);
      response.writeHead(418).end();
      return;
    }
    const path = strips ? url.slice(PREFIX.length) || '/' : url;
    const far = ask({ hostname, port, path, method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    far.on('error', () => response.destroy());
    response.on('close', () => far.destroy());
    request.pipe(far);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    astray,
    close: () =>
      new Promise((closed) => {
        server.close(() => {
          closed();
        });
        server.closeAllConnections();
      }),
  };
}

let service: RunningService;
const lab = browserLab();
beforeAll(async () => {
  service = await startService({ READERS: JSON.stringify([entryOf(TOKEN, 'auditor')]), BASE_PATH: PREFIX });
}, LAUNCH_TIMEOUT_MS);
afterAll(() => discard(service));

describe.each([
  ['strips the prefix', true],
  ['passes the prefix on', false],
])('behind a proxy that %s', (kind, strips) => {
  let front: Front;
  beforeAll(async () => {
    front = await startFront(service.url, strips);
  });
  afterAll(() => front.close());

  it(`a person signs in, watches the board, looks back and signs out behind a proxy that ${kind}`, async () => {
    const { page } = lab;
    const tile = page.locator(`ticket-rail-tile[data-order-id="order-${kind}"]`);
    await page.goto(`${front.url}${PREFIX}`);
    expect(new URL(page.url()).pathname).toBe(`${PREFIX}/login`);
    await page.getByLabel(/token/i).fill(TOKEN);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(`**${PREFIX}/screens`);
    const object = { location_id: 'here', order_id: `order-${kind}`, delivery_status: 'arrived_at_pickup' };
    expect((await service.deliver(updated({ ...object, driver_details: { name: 'Dee' } }))).status).toBe(200);
    await page.reload();
    await page.getByRole('link', { name: 'Order board of here' }).click();
    await page.locator('[data-freshness="live"]').first().waitFor();
    await tile.waitFor();
    for (const [path, sign] of [
      ['/audit', page.getByText('here')],
      ['/audit/board?location=here', tile],
      ['/audit/coverage', page.getByText(/from .* to/)],
      ['/screens/example', tile],
      ['/verifier', page.getByText('Verify an export or evidence')],
      ['/docs', page.getByText('The live feed of a location')],
    ] as const) {
      await page.goto(`${front.url}${PREFIX}${path}`);
      await sign.first().waitFor({ state: 'attached' });
    }
    await page.goto(`${front.url}${PREFIX}/audit?location=here&order=${encodeURIComponent(object.order_id)}`);
    await page.getByRole('link', { name: 'Find another order' }).click();
    await page.waitForURL(`**${PREFIX}/audit`);
    const cookies = await lab.context.cookies();
    expect(cookies.map(({ name, path }) => [name, path])).toEqual([['ticket_rail_session', PREFIX]]);
    await page.goto(`${front.url}${PREFIX}/screens`);
    await page.getByRole('button', { name: /Sign out/ }).click();
    await page.waitForURL(`**${PREFIX}/login`);
    expect(await lab.context.cookies()).toEqual([]);
    expect(front.astray).toEqual([]);
    expect(lab.complaints).toEqual([]);
  });
});

describe('the service below a prefix', () => {
  it('deliveries and reads are taken with and without the prefix, and the document says where the calls are', async () => {
    for (const at of ['', PREFIX]) {
      const answer = await service.call(`${at}/openapi.json`);
      expect(answer.json).toMatchObject({ servers: [{ url: PREFIX }] });
      expect((await service.call(`${at}/readyz`)).status).toBe(200);
      expect((await service.call(`${at}/handle-order`, { method: 'POST', body: '{}' })).status).toBe(401);
    }
    expect((await service.call('/railway/healthz')).status).toBe(401);
    expect((await service.call(`${PREFIX}?x=1`, { headers: { Accept: 'text/html' } })).headers.location).toBe(
      '/rail/screens',
    );
  });
});
