import { asWhoMay, discard, type RunningService, startService } from '../../support/running-service';

/** Values of the parameters of paths. */
const IDS: Readonly<Record<string, string>> = { location_id: 'l', order_id: 'o', quarantine_id: '0' };
/** What may be kept, and says so itself. */
const MAY_BE_KEPT: readonly (readonly [path: RegExp, value: RegExp])[] = [
  [/^\/screens\/assets\/.*-[\w-]{8}\.(?:js|css|svg)$/, /^public, max-age=31536000, immutable$/],
  [/^\/screens\/assets\//, /^no-cache$/],
  [/^\/login\.css$/, /^public, max-age=3600$/],
  [
    /^\/(?:docs|pair|screens|audit|verifier)(?:\/(?:board|customers|destinations|quarantine|relays|accesses|watching|readers|overview|example|coverage|service-worker\.js|manifest\.webmanifest))?$/,
    /^no-cache$/,
  ],
  [/^\/locations\/[^/]+\/orders\/[^/?]+$/, /^private, no-cache$/],
];

let service: RunningService;
beforeAll(async () => {
  service = await startService();
  await service.deliver({ type: 'order.updated', object: { location_id: 'l', order_id: 'o', status: 'in_progress' } });
});
afterAll(() => discard(service));

/** Every path of the API, every page and part of pages, and what leads nowhere. */
async function everyPath(): Promise<string[]> {
  const { paths } = (await service.get('/openapi.json')).json as { paths: Record<string, object> };
  const ofApi = Object.keys(paths).map((path) => path.replace(/\{(\w+)\}/g, (_, name: string) => IDS[name] ?? name));
  const pages = ['/', '/screens', '/screens/board', '/screens/customers', '/screens/example', '/audit', '/audit/board'];
  const others = [
    '/screens/destinations',
    '/screens/quarantine',
    '/screens/relays',
    '/screens/accesses',
    '/screens/watching',
    '/screens/readers',
    '/screens/overview',
    '/screens/service-worker.js',
    '/screens/manifest.webmanifest',
    '/screens/session',
    '/audit/coverage',
    '/verifier',
    '/docs',
    '/login',
    '/login.css',
    '/pair',
  ];
  const html = (await service.get('/screens/board')).text;
  const parts = [...html.matchAll(/(?:src|href)="(\/screens\/assets\/[^"]+)"/g)].map(([, part = '']) => part);
  const wrong = ['/nowhere', '/locations/%zz/orders', '/locations/l/orders?limit=x', '/locations/l/orders/none'];
  const reads = [
    '/locations/l/history',
    '/history',
    '/locations/l/orders/o/history?format=csv',
    '/locations/l/orders/o?at_revision=0',
  ];
  return [...new Set([...ofApi, ...pages, ...others, ...parts, ...wrong, ...reads])];
}

it('every answer to every method at every address says whether it may be kept, and only what may be says so', async () => {
  const paths = await everyPath();
  expect(paths.length).toBeGreaterThan(35);
  const wrong: string[] = [];
  for (const path of paths) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS']) {
      for (const headers of [{}, asWhoMay(path), { Accept: 'text/html' }]) {
        // The feed never ends, and is seen by its HEAD.
        if (path.endsWith('/live') && method === 'GET') continue;
        const { status, headers: answered } = await service.call(path, { method, headers });
        const value = answered['cache-control'] ?? 'none';
        const kept = MAY_BE_KEPT.find(([pattern]) => pattern.test(path.split('?')[0] ?? ''));
        const may = kept !== undefined && status < 400 && status !== 302 && kept[1].test(value);
        if (!/^no-store(?:, no-transform)?$/.test(value) && !may)
          wrong.push(`${method} ${path} ${String(status)}: ${value}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

it('parts of pages whose names have the hash of their content are kept for a year', async () => {
  const hashed = (await everyPath()).filter((path) => MAY_BE_KEPT[0]?.[0].test(path));
  expect(hashed.length).toBeGreaterThan(0);
  for (const path of hashed) expect((await service.get(path)).headers['cache-control']).toContain('immutable');
});
