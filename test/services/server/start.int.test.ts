import { rmSync } from 'node:fs';
import { problem, problemOf, update } from '../../support/deliveries';
import { sendRaw } from '../../support/raw-http';
import { asReader, discard, runToEnd, sign, startService, temporaryDirectory } from '../../support/running-service';

const SECRET = 'a-secret-of-some-length';

const directories: string[] = [];
/** A directory that is gone when the tests are. */
const scratch = (): string => {
  const directory = temporaryDirectory();
  directories.push(directory);
  return directory;
};
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

describe('HOST that other machines can reach', () => {
  const reachable = 'HOST is "0.0.0.0", which other machines can reach';
  const stream = `${reachable}: set STREAM_WEBHOOK_SECRETS or STREAM_BEARER_TOKENS so that only Stream can post.`;
  const readers = `${reachable}: set READERS_FILE so that not everyone can read drivers' names and phone numbers.`;

  it('a reachable HOST without authentication ends the start with exit code 78, and names the variables', async () => {
    const DATA_DIR = scratch();
    const bare = await runToEnd({ HOST: '0.0.0.0', PORT: '0', DATA_DIR });
    expect(bare).toEqual({
      code: 78,
      output: `The configuration cannot be used:\n  ${stream}\n  ${readers}\n`,
    });
    const half = await runToEnd({ HOST: '0.0.0.0', PORT: '0', DATA_DIR, STREAM_WEBHOOK_SECRETS: SECRET });
    expect(half).toEqual({ code: 78, output: `The configuration cannot be used:\n  ${readers}\n` });
    const bad = await runToEnd({ PORT: 'x', DATA_DIR, STREAM_WEBHOOK_SECRETS: 'too-short' });
    expect(bad.code).toBe(78);
    expect(bad.output).toContain('PORT is "x"');
    expect(bad.output).not.toContain('too-short');
  });

  it('a reachable HOST with authentication for posting and reading starts, and is reachable under any name', async () => {
    const service = await startService({ HOST: '0.0.0.0' });
    try {
      const answer = await service.call('/locations/l/orders', { headers: { ...asReader, Host: 'pos.example.com' } });
      expect(answer.status).toBe(200);
      expect(service.output()).not.toContain('DELIVERIES ARE NOT AUTHENTICATED');
      expect(service.output()).not.toContain('READING IS OPEN');
    } finally {
      await discard(service);
    }
  });
});

describe('start with secrets that look like a slip', () => {
  it('a start with a short secret in quotes logs warnings that do not hold it, and takes what is signed with it', async () => {
    const service = await startService({ STREAM_WEBHOOK_SECRETS: '"7-Zx_q"\n' });
    try {
      const warning = /"level":40,[^\n]*"msg":"STREAM_WEBHOOK_SECRETS: secret 1 [^\n]*/g;
      expect(service.output().match(warning)).toHaveLength(3);
      expect(service.output()).not.toContain('7-Zx_q');
      const body = JSON.stringify(update({}));
      const answer = await service.post(body, { 'X-Stream-Signature': sign(body, '7-Zx_q') });
      expect(answer.json).toMatchObject({ outcome: 'recorded' });
    } finally {
      await discard(service);
    }
  });
});

describe('start without authentication', () => {
  it('a start without authentication logs warnings, and serves only this machine’s own host names', async () => {
    const service = await startService({ STREAM_WEBHOOK_SECRETS: '', READERS: '' });
    try {
      expect(service.output()).toContain('"level":40');
      expect(service.output()).toContain('DELIVERIES ARE NOT AUTHENTICATED');
      expect(service.output()).toContain('STREAM_WEBHOOK_SECRETS');
      expect(service.output()).toContain('READING IS OPEN');
      const { port } = new URL(service.url);
      const paths = ['/', '/healthz', '/metrics', '/locations/l/orders', '/quarantine', '/openapi.json'];
      for (const Host of [
        'evil.example',
        `evil.example:${port}`,
        '127.0.0.1.evil.example',
        'localhost.evil',
        '10.0.0.1',
      ]) {
        for (const path of paths) {
          const answer = await service.call(path, { headers: { Host } });
          expect({ Host, path, ...problemOf(answer) }).toEqual({ Host, path, ...problem(421, 'host-not-allowed') });
        }
        const body = JSON.stringify(update({}));
        const headers = { Host, 'Content-Type': 'application/json' };
        const posted = await service.call('/handle-order', { method: 'POST', headers, body });
        expect(problemOf(posted)).toEqual(problem(421, 'host-not-allowed'));
      }
      for (const Host of [`127.0.0.1:${port}`, 'localhost', `LOCALHOST:${port}`, `[::1]:${port}`, '127.0.0.1']) {
        expect((await service.call('/locations/l/orders', { headers: { Host } })).json).toEqual({
          orders: [],
          driver_groups: [],
          next: null,
        });
      }
      const body = JSON.stringify(update({}));
      for (const [header, value] of [
        ['Forwarded', 'for=203.0.113.7;proto=https'],
        ['X-Forwarded-For', '203.0.113.7'],
        ['X-Forwarded-Host', 'abc.ngrok.app'],
        ['x-forwarded-proto', 'https'],
        ['Via', '1.1 Caddy'],
        ['X-Real-IP', '203.0.113.7'],
        ['CF-Connecting-IP', '203.0.113.7'],
      ] as const) {
        const headers = { [header]: value, 'Content-Type': 'application/json' };
        const read = await service.call('/locations/l/orders', { headers });
        const posted = await service.call('/handle-order', { method: 'POST', headers, body });
        for (const [answer, remedy] of [
          [read, 'READERS_FILE'],
          [posted, 'STREAM_WEBHOOK_SECRETS'],
        ] as const) {
          expect({ header, ...problemOf(answer) }).toEqual({ header, ...problem(421, 'host-not-allowed') });
          expect(answer.text).toContain(remedy);
        }
      }
      const plain = `POST /handle-order HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`;
      expect(await sendRaw(service.url, plain)).toMatch(/^HTTP\/1\.1 421 /);
      const posted = await service.call('/handle-order', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      });
      expect(posted.json).toMatchObject({ outcome: 'recorded' });
    } finally {
      await discard(service);
    }
  });

  it.each<[string, Record<string, string>, string, number, number]>([
    ['only posting is open', { STREAM_WEBHOOK_SECRETS: '' }, 'DELIVERIES ARE NOT AUTHENTICATED', 421, 200],
    ['only reading is open', { READERS: '' }, 'READING IS OPEN', 200, 421],
  ])(
    'a start where %s warns about that alone, and only that is restricted to own host names',
    async (_what, env, warning, posting, reading) => {
      const service = await startService(env);
      try {
        expect(service.output().match(/DELIVERIES ARE NOT AUTHENTICATED|READING IS OPEN/g)).toEqual([warning]);
        // As through a tunnel: the name is not this machine's.
        const Host = 'evil.example';
        const posted = await service.post(JSON.stringify(update({})), { Host });
        const read = await service.call('/locations/l/orders', { headers: { ...asReader, Host } });
        expect({ posting: posted.status, reading: read.status }).toEqual({ posting, reading });
        expect([posted, read].map(problemOf)).toContainEqual(problem(421, 'host-not-allowed'));
      } finally {
        await discard(service);
      }
    },
  );
});

describe('start that cannot succeed', () => {
  it('a start on a DATA_DIR or PORT in use ends with 69 and names the variable', async () => {
    const service = await startService();
    try {
      const second = await runToEnd({ PORT: '0', DATA_DIR: service.dataDir });
      expect(second.code).toBe(69);
      expect(second.output).toContain(
        `DATA_DIR ${service.dataDir} is in use by process ${String(service.process.pid)}`,
      );
      const { port } = new URL(service.url);
      const third = await runToEnd({ PORT: port, DATA_DIR: scratch() });
      expect(third.code).toBe(69);
      expect(third.output).toMatch(/^PORT and HOST cannot be listened on: .*EADDRINUSE/m);
    } finally {
      await discard(service);
    }
  });
});
