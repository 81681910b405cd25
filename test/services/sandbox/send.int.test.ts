import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCommand, startCommand } from '../../support/command';
import { discard, type RunningService, sign, startService, WEBHOOK_SECRET } from '../../support/running-service';
import { listen } from './playing';

const EXAMPLES = resolve(__dirname, '..', '..', 'examples');

describe('ticket-rail send', () => {
  let service: RunningService;
  let directory: string;
  beforeAll(async () => {
    service = await startService();
    directory = mkdtempSync(join(tmpdir(), 'send-'));
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await discard(service);
  });
  const file = (name: string, content: string): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };

  it('signs every example of Stream’s documents so that Ticket Rail takes it', async () => {
    const files = readdirSync(EXAMPLES).map((name) => join(EXAMPLES, name));
    const { code, stdout } = await runCommand(['send', ...files, '--url', service.url, '--secret', WEBHOOK_SECRET]);
    expect(stdout.match(/: 200 \{"outcome":"recorded"/g)).toHaveLength(files.length);
    expect(code).toBe(0);
  });

  it('takes the secret of the configuration if it is given none', async () => {
    const env = { STREAM_WEBHOOK_SECRETS: `${WEBHOOK_SECRET},another-secret-of-before` };
    const path = join(EXAMPLES, '06-completed.json');
    expect(await runCommand(['send', path, '--url', service.url], env)).toMatchObject({ code: 0 });
  });

  it('ends with 1 and tells the answer where one was refused', async () => {
    const path = join(EXAMPLES, '06-completed.json');
    const { code, stdout } = await runCommand([
      'send',
      path,
      '--url',
      service.url,
      '--secret',
      'wrong-secret-of-nobody',
    ]);
    expect(stdout).toContain('401');
    expect(stdout).toContain('not-authentic');
    expect(code).toBe(1);
  });

  it('ends with 1 where nobody listens', async () => {
    const path = join(EXAMPLES, '06-completed.json');
    const { code, stdout } = await runCommand(['send', path, '--url', 'http://127.0.0.1:1/']);
    expect(stdout).toContain('no answer');
    expect(code).toBe(1);
  });

  it('names a file that is not there, and a URL that is none', async () => {
    expect(await runCommand(['send', join(directory, 'nowhere.json')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nowhere.json') as unknown,
    });
    expect((await runCommand(['send', 'x', '--url', 'nonsense'])).stderr).toContain('expected a URL');
  });

  describe('to any POS', () => {
    let url: string;
    let close: () => Promise<void>;
    let seen: { headers: IncomingHttpHeaders; path: string | undefined; body: string }[];
    let arrivals: number[];
    let most: number;
    beforeEach(async () => {
      seen = [];
      arrivals = [];
      most = 0;
      let now = 0;
      ({ url, close } = await listen((request, response) => {
        most = Math.max(most, ++now);
        let body = '';
        request.on('data', (chunk) => (body += String(chunk)));
        request.on('end', () => {
          arrivals.push(performance.now());
          seen.push({ headers: request.headers, path: request.url, body });
          setTimeout(() => {
            now--;
            response.end('{}');
          }, 20);
        });
      }));
    });
    afterEach(() => close());

    it('sends a body as it is, byte for byte, whatever it is, with the header that is asked for', async () => {
      const content = '{ "type" : "unknown\u00e9" ,\r\n\n broken';
      const options = [
        '--url',
        `${url}/hook`,
        '--secret',
        'any',
        '--bearer',
        'token',
        '--header',
        'Stream-Webhook-Signature',
      ];
      expect((await runCommand(['send', file('any.txt', content), ...options])).code).toBe(0);
      expect(seen).toEqual([
        {
          body: content,
          path: '/hook',
          headers: expect.objectContaining({
            'stream-webhook-signature': sign(content, 'any'),
            authorization: 'Bearer token',
            'content-type': 'application/json',
          }) as unknown,
        },
      ]);
    });

    it('signs nothing without a secret', async () => {
      await runCommand(['send', file('any.json', '{}'), '--url', url]);
      expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => name.includes('signature'))).toEqual([]);
    });

    it('reads standard input', async () => {
      const command = startCommand(['send', '-', '--url', url]);
      command.type('{"typed":true}');
      expect((await command.ended).code).toBe(0);
      expect(seen.map(({ body }) => body)).toEqual(['{"typed":true}']);
    });

    it('repeats, at most so many at a time', async () => {
      const path = file('repeated.json', '{}');
      const { stdout } = await runCommand(['send', path, '--url', url, '--repeat', '20', '--concurrency', '4']);
      expect(seen).toHaveLength(20);
      expect(stdout.trim().split('\n')).toHaveLength(20);
      expect(most).toBe(4);
    });

    it('sends at most so many a second', async () => {
      await runCommand(['send', file('rated.json', '{}'), '--url', url, '--repeat', '11', '--rate', '10']);
      expect(arrivals).toHaveLength(11);
      // The last is sent 1 s after the first, which takes longer to arrive, as there is no connection yet.
      expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(600);
    });
  });
});
