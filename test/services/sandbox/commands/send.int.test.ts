import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand, startCommand } from '../../../support/command';
import { until } from '../../../support/patience';
import { discard, type RunningService, sign, startService, WEBHOOK_SECRET } from '../../../support/running-service';
import { listen } from '../playing';

const EXAMPLES = resolve(__dirname, '..', '..', '..', 'examples');

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

  it('ticket-rail send signs every example of Stream’s documents so that Ticket Rail accepts it', async () => {
    const files = readdirSync(EXAMPLES).map((name) => join(EXAMPLES, name));
    const { code, stdout } = await runCommand(['send', ...files, '--url', service.url, '--secret', WEBHOOK_SECRET]);
    expect(stdout.match(/: 200 \{"outcome":"recorded"/g)).toHaveLength(files.length);
    expect(code).toBe(0);
  });

  it('ticket-rail send uses the secret of the configuration if it is given none', async () => {
    const env = { STREAM_WEBHOOK_SECRETS: `${WEBHOOK_SECRET},another-secret-of-before` };
    const path = join(EXAMPLES, '06-completed.json');
    expect(await runCommand(['send', path, '--url', service.url], env)).toMatchObject({ code: 0 });
  });

  it('ticket-rail send ends with 1 and prints the answer if a delivery was refused', async () => {
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

  it('ticket-rail send ends with 1 if nobody listens', async () => {
    const path = join(EXAMPLES, '06-completed.json');
    const { code, stdout } = await runCommand(['send', path, '--url', 'http://127.0.0.1:1/']);
    expect(stdout).toContain('no answer');
    expect(code).toBe(1);
  });

  it('ticket-rail send names a file that is not there, and a URL that is none', async () => {
    expect(await runCommand(['send', join(directory, 'nowhere.json')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nowhere.json') as unknown,
    });
    expect((await runCommand(['send', 'x', '--url', 'nonsense'])).stderr).toContain('expected a URL');
  });

  describe('any POS', () => {
    let url: string;
    let close: () => Promise<void>;
    let seen: { headers: IncomingHttpHeaders; path: string | undefined; body: string }[];
    let most: number;
    /** Until when an answer is held back. */
    let hold: () => Promise<unknown>;
    beforeEach(async () => {
      seen = [];
      most = 0;
      hold = () => Promise.resolve();
      let now = 0;
      ({ url, close } = await listen((request, response) => {
        most = Math.max(most, ++now);
        let body = '';
        request.on('data', (chunk) => (body += String(chunk)));
        request.on('end', () => {
          seen.push({ headers: request.headers, path: request.url, body });
          const answer = (): void => {
            now--;
            response.end('{}');
          };
          hold().then(answer, answer);
        });
      }));
    });
    afterEach(() => close());

    it('ticket-rail send sends any body byte for byte, with the requested header', async () => {
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

    it('ticket-rail send signs nothing without a secret', async () => {
      await runCommand(['send', file('any.json', '{}'), '--url', url]);
      expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => name.includes('signature'))).toEqual([]);
    });

    it('ticket-rail send reads standard input', async () => {
      const command = startCommand(['send', '-', '--url', url]);
      command.type('{"typed":true}');
      expect((await command.ended).code).toBe(0);
      expect(seen.map(({ body }) => body)).toEqual(['{"typed":true}']);
    });

    it('ticket-rail send repeats a delivery, with at most the requested number at a time', async () => {
      hold = async () => {
        await until('four at a time', () => most >= 4);
        await sleep(20); // in which a fifth would come
      };
      const path = file('repeated.json', '{}');
      const { stdout } = await runCommand(['send', path, '--url', url, '--repeat', '20', '--concurrency', '4']);
      expect(seen).toHaveLength(20);
      expect(stdout.trim().split('\n')).toHaveLength(20);
      expect(most).toBe(4);
    });

    it('ticket-rail send keeps to the requested rate', async () => {
      const begun = performance.now();
      await runCommand(['send', file('rated.json', '{}'), '--url', url, '--repeat', '11', '--rate', '10']);
      expect(seen).toHaveLength(11);
      // From before the first, which may arrive late: the last is sent 1 s after it was.
      expect(performance.now() - begun).toBeGreaterThan(990);
    });
  });
});
