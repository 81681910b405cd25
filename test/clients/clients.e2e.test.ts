import { rmSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import type { ConsumerList } from '../../schemas/api/feed';
import type { Order } from '../../schemas/api/order-view';
import { freePorts } from '../support/free-ports';
import { update } from '../support/deliveries';
import { repeated } from '../support/depth';
import { until } from '../support/patience';
import {
  bearer,
  entryOf,
  type RunningService,
  SECURE,
  startService,
  temporaryDirectory,
} from '../support/running-service';
import { buildDriver, Copy, type Driver, languagesHere, nameOf, type Running } from './languages';

/** The client of every language against the real service; in a short run, only that of the first. */

const TOKEN = 'pos-everywhere-0123456789abcdef';
const READERS = JSON.stringify([...(JSON.parse(SECURE['READERS'] ?? '[]') as unknown[]), entryOf(TOKEN, 'pos')]);

const STATUSES = ['in_progress', 'ready_for_pickup', 'completed'];

/** An HTTP server of the test, with its address. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${String(port)}`, port, close };
}

let settings: Record<string, string>;
let service: RunningService;
let folder: string;
beforeAll(async () => {
  folder = temporaryDirectory();
  // A service that was killed has to come back at the same address.
  settings = { READERS, DATA_DIR: join(folder, 'data'), PORT: String(await freePorts()) };
  service = await startService(settings);
});
afterAll(async () => {
  await service.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function deliver(location: string, orders: number, status: string, more: object = {}): Promise<void> {
  for (let n = 0; n < orders; n++) {
    const key = { location_id: location, order_id: `order/${String(n)}` };
    const { status: code } = await service.deliver(update(key, { status, ...more }));
    expect(code).toBe(200);
  }
}

/** Keeps what a client prints, but for being told to ask again, as it is by a service on a machine that stands still. */
const keepIn =
  (lines: (readonly string[])[]) =>
  (line: readonly string[]): void => {
    if (line[0] !== 'failed' || line[1] !== '503') lines.push(line);
  };

describe.each(languagesHere(repeated({ short: 1, all: Infinity, soak: Infinity })))(
  '$name',
  ({ name, isHere, where, digits }) => {
    const test = isHere ? it : it.skip;
    let driver: Driver;
    let running: Running[];
    beforeAll(() => {
      if (isHere) driver = buildDriver(name, join(folder, name));
    });
    beforeEach(() => {
      running = [];
    });
    afterEach(async () => {
      for (const one of running) one.kill();
      await Promise.all(running.map(({ ended }) => ended));
    });

    const base = () => ({ url: service.url, token: TOKEN, view: 'events' }) as const;
    const follow: Driver['follow'] = (...args) => {
      const one = driver.follow(...args);
      running.push(one);
      return one;
    };

    test(`a copy ${where} is whole although client and service die, and every fact came in order`, async () => {
      const location = `copy of ${name}`;
      const copy = new Copy();
      let [deaths, failures, isDone] = [0, 0, false];
      const heard = ([kind, at = '', order = '', revision]: readonly string[]): void => {
        if (kind === 'item') copy.takeIn(at, order, Number(revision));
        if (kind === 'failed') failures++;
      };
      const following = (async () => {
        while (!isDone) {
          await follow({ ...base(), consumer: location.replaceAll(/\W/g, '-'), location, limit: 5, dieAt: 3 }, heard)
            .ended;
          deaths++;
        }
      })();
      try {
        await deliver(location, 12, STATUSES[0] ?? '');
        await until('a death', () => deaths > 0);
        await service.end('SIGKILL');
        await until('the client to notice', () => failures > 0);
        service = await startService(settings);
        for (const status of STATUSES.slice(1)) await deliver(location, 12, status);
        const whole = Array.from({ length: 12 }, (_, n) => [nameOf(location, `order/${String(n)}`), 2] as const);
        await until('the copy to be whole', () => whole.every(([order, last]) => copy.revisions.get(order) === last));
        expect(copy).toEqual({ revisions: new Map(whole), wrong: [] });
      } finally {
        isDone = true;
        running.at(-1)?.kill();
        await following;
      }
    });

    test(`what a handler ${where} threw at comes again, and what it returned from does not`, async () => {
      const location = `throws in ${name}`;
      const consumer = location.replaceAll(/\W/g, '-');
      await deliver(location, 3, 'in_progress');
      const lines: (readonly string[])[] = [];
      follow({ ...base(), view: 'orders', consumer, location, throwAt: 1 }, keepIn(lines));
      const items = [0, 1, 2].map((n) => ['item', location, `order/${String(n)}`, '0', '-']);
      await until('the items to come again', () => lines.length === 4);
      expect(lines).toEqual([['failed', '410'], ...items]);
      await until('the commit', async () => {
        const { json } = await service.call('/consumers', { headers: bearer(TOKEN) });
        return (json as ConsumerList).consumers.find((one) => one.name === consumer)?.lag?.events === 0;
      });
      await deliver(location, 1, 'completed');
      await until('the news', () => lines.length === 5);
      expect(lines[4]).toEqual(['item', location, 'order/0', '1', '-']);
    });

    test(`a client ${where} whose position is of another log ends, or starts over, also after it died over that`, async () => {
      const location = `another log in ${name}`;
      await deliver(location, 2, 'in_progress');
      let isMisplaced = true;
      // Passes everything on, and asks for a position that is not in the log.
      const between = await serve((request, response) => {
        const path = request.url ?? '';
        const asked = isMisplaced ? path.replace(/feed\?consumer=[^&]+/, 'feed?after=4711-1a2b3c4d') : path;
        const { method = '', headers } = request;
        const onward = httpRequest(service.url + asked, { method, headers, agent: false }, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        });
        onward.on('error', () => response.destroy());
        response.on('close', () => onward.destroy());
        request.pipe(onward);
      });
      try {
        const lines: (readonly string[])[] = [];
        const heard = (line: readonly string[]): void => {
          // An attempt that did not get through is made again, and is not what this is about.
          if (line[0] !== 'failed') lines.push(line);
        };
        const consumer = location.replaceAll(/\W/g, '-');
        expect((await service.call(`/consumers/${consumer}`, { method: 'PUT', headers: bearer(TOKEN) })).status).toBe(
          201,
        );
        const misplaced = { url: between.url, token: TOKEN, view: 'orders', consumer, location } as const;
        const following = { ...misplaced, problem: 'feed-position-unknown' };
        await follow(following, heard).ended;
        expect(lines).toEqual([['ended', '410', expect.stringMatching(/^true$/i)]]);
        lines.length = 0;
        await follow({ ...following, startOver: 'dies' }, heard).ended;
        expect(lines).toEqual([['start over']]);
        lines.length = 0;
        // After a restore, the place of the consumer is in the log: only the program that died knew more.
        isMisplaced = false;
        follow({ ...following, startOver: 'works' }, heard);
        await until('the copy', () => lines.length === 3);
        const items = [0, 1].map((n) => ['item', location, `order/${String(n)}`, '0', '-']);
        expect(lines).toEqual([['start over'], ...items]);
      } finally {
        for (const one of running) one.kill();
        await between.close();
      }
    });

    test(`a client ${where} that followed from now starts over at the beginning once its consumer is gone`, async () => {
      const location = `gone in ${name}`;
      await deliver(location, 2, 'in_progress');
      const consumer = location.replaceAll(/\W/g, '-');
      const lines: (readonly string[])[] = [];
      const following = { ...base(), view: 'orders', consumer, location, from: 'now', startOver: 'throws' } as const;
      follow(following, keepIn(lines));
      await until('the consumer', async () => {
        const { json } = await service.call('/consumers', { headers: bearer(TOKEN) });
        return (json as ConsumerList).consumers.some((one) => one.name === consumer);
      });
      await deliver(location, 1, 'completed');
      await until('the news', () => lines.length === 1);
      const { status } = await service.call(`/consumers/${consumer}`, { method: 'DELETE', headers: bearer(TOKEN) });
      expect(status).toBe(204);
      await until('the whole copy', () => lines.length === 7);
      const news = ['item', location, 'order/0', '1', '-'];
      const failed = [['failed', '0'], ['start over'], ['failed', '404']];
      expect(lines).toEqual([news, ['start over'], ...failed, ...[['item', location, 'order/1', '0', '-'], news]]);
    });

    test(`a client ${where} refuses at once a URL and a token that can never work`, async () => {
      const refused = ['refused', 'URL must be like http://localhost:8080 or https://pos.example.com/rail'];
      const urls = [
        'localhost:8080',
        '/etc',
        'ftp://localhost',
        'http://',
        'http://local host',
        'http://localhost:80a',
      ];
      const further = ['http://localhost:65536', 'http://localhost\n', ' http://localhost', 'http://localhost/?to=1'];
      const good = 'HTTPS://pos.example.com/rail//';
      const badToken = ['refused', 'token must have no white space, and only ASCII characters'];
      const cases = [
        ...[null, '', ...urls, ...further].map((url) => ({ url, token: null, answer: refused })),
        { url: good, token: TOKEN, answer: ['taken'] },
        ...[`${TOKEN}\n`, ` ${TOKEN}`, 'tökens'].map((token) => ({ url: good, token, answer: badToken })),
      ];
      const fieldOf = (text: string | null): string => (text === null ? '-' : Buffer.from(text).toString('base64'));
      const lines = cases.map(({ url, token }) => `${fieldOf(url)}\t${fieldOf(token)}\n`);
      const answers = await driver.run('connect', {}, lines.join(''));
      expect(answers.map((answer, n) => ({ ...cases[n], answer }))).toEqual(cases);
    });

    test(`a client ${where} speaks TLS with an https URL in any case, and begins nothing in clear`, async () => {
      const begun: (number | undefined)[] = [];
      const server = createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', (bytes) => {
          begun.push(bytes[0]);
          socket.destroy();
        });
      });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      try {
        const url = `HTTPS://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
        follow({ ...base(), url, consumer: 'x' }, () => undefined);
        await until('a connection', () => begun.length > 0);
        const HANDSHAKE = 22;
        expect(begun[0]).toBe(HANDSHAKE);
      } finally {
        for (const one of running) one.kill();
        await new Promise((done) => server.close(done));
      }
    });

    test(`a token that is not known ends following ${where} with the problem`, async () => {
      const lines: (readonly string[])[] = [];
      const stranger = { ...base(), token: 'nobody-0123456789abcdef', consumer: 'x', problem: 'reader-not-authentic' };
      await follow(stranger, keepIn(lines)).ended;
      expect(lines).toEqual([['ended', '401', expect.stringMatching(/^true$/i)]]);
    });

    test(`a client ${where} asks again, and not before Retry-After`, async () => {
      const times: number[] = [];
      const busy = await serve((_request, response) => {
        times.push(performance.now());
        if (times.length === 1) response.writeHead(503, { 'Retry-After': '2' }).end('{"title":"busy"}');
        else response.writeHead(429, { 'Content-Type': 'text/plain' }).end('<not JSON>');
      });
      try {
        const lines: (readonly string[])[] = [];
        follow({ ...base(), url: busy.url, consumer: 'x' }, (line) => lines.push(line));
        await until('another attempt', () => lines.length >= 2);
        expect(lines.slice(0, 2)).toEqual([
          ['failed', '503'],
          ['failed', '429'],
        ]);
        // Clocks of two processes may differ by moments.
        expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1_990);
      } finally {
        for (const one of running) one.kill();
        await busy.close();
      }
    });

    test(`that an order was deleted is handed over ${where}, with nothing of it`, async () => {
      const place = '5-0a1b2c3d';
      const removal = {
        ...{ position: place, location_id: 'here', order_id: 'gone', type: 'order.removed' },
        received_at: '2026-11-21T18:00:00.000Z',
      };
      let items = [removal];
      const deleting = await serve(({ method, url = '' }, response) => {
        const isFeed = method === 'GET' && url.startsWith('/feed?');
        const answer = isFeed ? { items, next: place, caught_up: true } : { name: 'x', position: place };
        // What has nothing more answers later, as the service does.
        setTimeout(() => response.end(JSON.stringify(answer)), isFeed && items.length === 0 ? 500 : 0);
        if (isFeed) items = [];
      });
      try {
        const lines: (readonly string[])[] = [];
        follow({ ...base(), url: deleting.url, consumer: 'x' }, (line) => lines.push(line));
        await until('the item', () => lines.length > 0);
        expect(lines).toEqual([['item', 'here', 'gone', '-', '-']]);
      } finally {
        for (const one of running) one.kill();
        await deleting.close();
      }
    });

    test(`an order can be read ${where} as it stands, and one that is not there is none`, async () => {
      const LOCATION = `order in ${name} / ü`;
      await deliver(LOCATION, 1, 'in_progress');
      // Once the read model has it, no read is told to ask again.
      await service.get(`/locations/${encodeURIComponent(LOCATION)}/orders`, bearer(TOKEN));
      const env = { URL: service.url, TOKEN, LOCATION };
      expect(await driver.run('order', { ...env, ORDER: 'order/0' })).toEqual([['preparing', '0']]);
      const written = `${service.url.replace('http', 'HTTP')}//`;
      expect(await driver.run('order', { ...env, URL: written, ORDER: 'order/0' })).toEqual([['preparing', '0']]);
      expect(await driver.run('order', { ...env, ORDER: 'none' })).toEqual([['none']]);
    });

    test(`an order can be read ${where} from a service that does not know actions yet`, async () => {
      const LOCATION = `before actions in ${name}`;
      await deliver(LOCATION, 1, 'in_progress');
      // Answers as the service did before it had the fields of actions.
      const older = await serve(({ url = '', headers }, response) => {
        void service.call(url, { headers: { authorization: headers.authorization ?? '' } }).then(({ status, json }) => {
          const { handed_over, acknowledged, reported_at, ...order } = json as Order;
          expect([handed_over, acknowledged, typeof reported_at]).toEqual([
            null,
            { cancel: null, driver_change: null },
            'string',
          ]);
          response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(order));
        });
      });
      try {
        const env = { URL: older.url, TOKEN, LOCATION, ORDER: 'order/0' };
        expect(await driver.run('order', env)).toEqual([['preparing', '0']]);
      } finally {
        await older.close();
      }
    });

    test(`numbers in what was delivered have ${where} the digits ${digits === 'all' ? 'that came' : digits}`, async () => {
      const location = `digits in ${name}`;
      const numbers = ['9007199254740993', '12345678901234567890.125', '-1.5e400', '1e99999999999', '17', '0.25'];
      for (const [n, number] of numbers.entries()) {
        const body = JSON.stringify(
          update({ location_id: location, order_id: String(n) }, { ref: '#', text: '\\"1e5' }),
        );
        expect((await service.post(body.replace('"#"', number))).status).toBe(200);
      }
      const refs: string[] = [];
      follow({ ...base(), consumer: location.replaceAll(/\W/g, '-'), location }, ([kind, , , , ref = '']) => {
        if (kind === 'item') refs.push(ref);
      });
      await until('all numbers', () => refs.length === numbers.length);
      const kept = { all: 6, 'of integers': 1, 'of doubles': 0 }[digits];
      expect(refs.slice(0, kept)).toEqual(numbers.slice(0, kept));
      expect(refs.slice(4)).toEqual(['17', '0.25']);
    });

    test(`deliveries of a destination are verified ${where} as the library of Standard Webhooks signs them`, async () => {
      const secretOf = (text: string): string => `whsec_${Buffer.from(text).toString('base64')}`;
      const [secret, old, stranger] = [secretOf('a secret of 24 characters'), secretOf('older'), secretOf('another')];
      const body = '{"type":"order.updated","data":{"order_id":"ünï"}}';
      const now = Date.parse('2026-11-21T18:04:05.000Z') / 1_000;
      const signatureOf = (key: string, id = 'msg_1'): string => new Webhook(key).sign(id, new Date(now * 1_000), body);
      interface Case {
        readonly secrets?: string;
        readonly id?: string;
        readonly timestamp?: string;
        readonly signature?: string;
        readonly body?: string;
        readonly now?: number;
      }
      const cases: readonly (readonly [expected: string, Case])[] = [
        ['msg_1', {}],
        ['msg_1', { secrets: `whsec_* ${secret}` }],
        ['msg_1', { secrets: `${secret} ${old}`, signature: signatureOf(old) }],
        ['msg_1', { signature: `v1,AAAA v2,AAAA ${signatureOf(secret)}` }],
        ['msg_1', { now: now + 299 }],
        ['-', { body: `${body} ` }],
        ['-', { secrets: stranger }],
        ['-', { secrets: 'whsec_*' }],
        ['-', { secrets: 'whsec_' }],
        ['-', { id: 'msg_2' }],
        ['-', { id: '' }],
        ['-', { timestamp: '' }],
        ['-', { timestamp: 'now' }],
        ['-', { timestamp: '-5' }],
        ['-', { timestamp: '9'.repeat(30) }],
        ['-', { signature: '' }],
        ['-', { signature: 'v1,*' }],
        ['-', { signature: signatureOf(secret).replace('v1,', 'v2,') }],
        ['-', { now: now + 301 }],
        ['-', { now: now - 301 }],
      ];
      const lines = cases.map(([, one]) =>
        [
          ...[one.secrets ?? secret, one.id ?? 'msg_1', one.timestamp ?? String(now)],
          ...[one.signature ?? signatureOf(secret), Buffer.from(one.body ?? body).toString('base64')],
          String(one.now ?? now),
        ].join('\t'),
      );
      const verified = await driver.run('verify', {}, `${lines.join('\n')}\n`);
      expect(verified.map(([answer], n) => [answer, cases[n]?.[1]])).toEqual(cases);
    });
  },
);
