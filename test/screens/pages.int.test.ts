import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NEWER_NAMES } from '../support/oldest-browser';
import { discard, type RunningService, startService } from '../support/running-service';

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

describe('the built scripts', () => {
  const assets = join(dirname(require.resolve('#screens/board.html')), 'assets');

  it.each(readdirSync(assets).filter((file) => file.endsWith('.js')))(
    'the script %s calls nothing that the oldest supported browsers lack',
    (file) => {
      const script = readFileSync(join(assets, file), 'utf8');
      const called = NEWER_NAMES.filter((name) => new RegExp(`\\b${name}\\b`).test(script));
      expect([...called, ...(script.match(/AbortSignal\.\w+|\(\?<[=!]|static\{/g) ?? [])]).toEqual([]);
    },
  );
});
