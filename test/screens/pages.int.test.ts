import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NEWER_NAMES, NEWER_UNIT } from '../support/oldest-browser';
import { bearer, discard, entryOf, type RunningService, startService } from '../support/running-service';

/** The pages as they are sent. */

let service: RunningService;
beforeAll(async () => {
  service = await startService({ STREAM_WEBHOOK_SECRETS: '', READERS: '' });
});
afterAll(() => discard(service));

const PAGES = [
  '/screens',
  '/screens/board',
  '/screens/customers',
  '/screens/destinations',
  '/screens/quarantine',
  '/screens/relays',
  '/screens/accesses',
  '/screens/watching',
  '/screens/readers',
  '/screens/overview',
  '/screens/example',
  '/pair',
];

describe('the headers of pages', () => {
  it.each(PAGES)('the page %s has a strict policy, and is sent again only when it has changed', async (path) => {
    const answer = await service.call(path);
    expect(answer.status).toBe(200);
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'sha256-");
    expect(policy).not.toContain('unsafe');
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    expect(answer.text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|style="|\son\w+=/);
    const again = await service.call(path, { headers: { 'If-None-Match': String(answer.headers.etag) } });
    expect(again.status).toBe(304);
  });
});

describe('the verifier', () => {
  it('the verifier is the file of the package, for everybody, may connect to nothing, and is sent again only when it has changed', async () => {
    const closed = await startService();
    try {
      const answer = await closed.call('/verifier');
      expect(answer.status).toBe(200);
      expect(answer.text).toBe(readFileSync(require.resolve('#screens/verifier.html'), 'utf8'));
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toMatch(
        /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; base-uri 'none'; /,
      );
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|connect-src|'self'/);
      const again = await closed.call('/verifier', { headers: { 'If-None-Match': String(answer.headers.etag) } });
      expect(again.status).toBe(304);
      expect((await closed.call('/verifier', { method: 'POST' })).status).toBe(405);
    } finally {
      await discard(closed);
    }
  });
});

describe('what makes pages installable', () => {
  const TOKEN = 'screen-0123456789abcdef0123456789';
  let closed: RunningService;
  beforeAll(async () => {
    closed = await startService({ READERS: JSON.stringify([entryOf(TOKEN, 'screen')]), BASE_PATH: '/rail' });
  });
  afterAll(() => discard(closed));

  const manifestFor = async (query: string): Promise<Record<string, unknown>> => {
    const answer = await closed.call(`/rail/screens/manifest.webmanifest${query}`);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/manifest+json; charset=utf-8']);
    return answer.json as Record<string, unknown>;
  };

  it('the service worker is for everybody, below the prefix alone, may load nothing, and is sent again only when it has changed', async () => {
    const answer = await closed.call('/rail/screens/service-worker.js');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-security-policy': "default-src 'none'; connect-src 'self'",
      'service-worker-allowed': '/rail/screens',
      'cache-control': 'no-cache',
    });
    const again = await closed.call('/rail/screens/service-worker.js', {
      headers: { 'If-None-Match': String(answer.headers.etag) },
    });
    expect(again.status).toBe(304);
    expect((await closed.call('/rail/screens/service-worker.js', { method: 'POST' })).status).toBe(405);
  });

  it('the service worker keeps pages of the counter and their parts, and nothing of audit or operation', () => {
    const script = readFileSync(require.resolve('#screens/service-worker.js'), 'utf8');
    expect(script).toMatch(/documents:\[[`"']board[`"'],[`"']customers[`"'],[`"']overview[`"']\]/);
    const parts = [...script.matchAll(/"([\w.-]+)":[`"']sha256-/g)].map(([, name = '']) => name);
    expect(parts).toEqual(expect.arrayContaining(['ticket-rail-board.js', expect.stringMatching(/^feed-worker-/)]));
    for (const language of ['es', 'fr-ca', 'pt-br', 'zh-hans']) {
      expect(parts).toContainEqual(expect.stringMatching(new RegExp(`^${language}-`)));
    }
    expect(
      parts.filter((name) => /^(?:audit|quarantine|accesses|relays|readers|sandbox|coverage)-[\w-]{8}\.js$/.test(name)),
    ).toEqual([]);
  });

  it('the manifest of a page opens the board that the page showed, and says nothing else', async () => {
    const board = await manifestFor('?page=board&location=a%26b&mode=wall&lang=es&token=secret');
    expect(board).toMatchObject({
      name: 'Ticket Rail · a&b',
      id: '/rail/screens/board?location=a%26b',
      start_url: '/rail/screens/board?location=a%26b&mode=wall&lang=es',
      scope: '/rail/screens',
      display: 'fullscreen',
    });
    expect(await manifestFor('?page=customers&location=l')).toMatchObject({
      start_url: '/rail/screens/customers?location=l',
      display: 'fullscreen',
    });
    for (const query of [
      '',
      '?page=..%2F..%2Faudit',
      '?page=constructor',
      `?location=${'x'.repeat(300)}`,
      '?location[x]=1',
    ]) {
      expect(await manifestFor(query)).toMatchObject({ start_url: '/rail/screens/board', display: 'standalone' });
    }
  });

  it('the icons of the manifest are pictures of the size that it says', async () => {
    const { icons } = (await manifestFor('')) as { icons: readonly { src: string; sizes: string }[] };
    expect(icons).toHaveLength(3);
    for (const { src, sizes } of icons) {
      const { status, headers } = await closed.call(src);
      expect([status, headers['content-type']]).toEqual([200, 'image/png']);
      const png = readFileSync(
        join(dirname(require.resolve('#screens/board.html')), src.replace('/rail/screens/', '')),
      );
      // The header of a PNG (section 5.6) has width and height.
      expect(`${String(png.readUInt32BE(16))}x${String(png.readUInt32BE(20))}`).toBe(sizes);
    }
  });

  it.each(['board', 'customers', 'overview'])(
    'the page %s leads to the manifest below the prefix, and may load it',
    async (page) => {
      const { text, headers } = await closed.call(`/rail/screens/${page}`, { headers: bearer(TOKEN) });
      expect(text).toContain(`<link rel="manifest" href="/rail/screens/manifest.webmanifest?page=${page}"`);
      expect(text).toContain('href="/rail/screens/assets/icon-whole-512.png"');
      expect(String(headers['content-security-policy'])).toContain("manifest-src 'self'");
    },
  );
});

describe('the built scripts', () => {
  const assets = join(dirname(require.resolve('#screens/board.html')), 'assets');

  it.each([...readdirSync(assets).filter((file) => file.endsWith('.js')), '../service-worker.js'])(
    'the script %s calls nothing that the oldest supported browsers lack',
    (file) => {
      const script = readFileSync(join(assets, file), 'utf8');
      const called = NEWER_NAMES.filter((name) => new RegExp(`\\b${name}\\b`).test(script));
      expect([...called, ...(script.match(/AbortSignal\.\w+|\(\?<[=!]|static\{/g) ?? [])]).toEqual([]);
    },
  );

  it.each(readdirSync(assets).filter((file) => /\.(?:css|js)$/.test(file)))(
    'the file %s gives no size in units that the oldest supported browsers lack without one before it that they know',
    (file) => {
      // What asks first whether the browser knows them is another matter.
      const text = readFileSync(join(assets, file), 'utf8').replace(
        /@supports[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g,
        '',
      );
      const without = [...text.matchAll(/[^{}]*/g)].flatMap(([block]) => {
        const declared = block.split(';').map((one) => one.split(':'));
        return declared
          .filter(([, value = '']) => NEWER_UNIT.test(value))
          .filter(([name]) => !declared.some(([other, value = '']) => other === name && !NEWER_UNIT.test(value)))
          .map((one) => one.join(':'));
      });
      expect(without).toEqual([]);
    },
  );
});
