import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport } from '../../../../services/sandbox/runner/report';
import { reportLines, reportOf } from '../../../../services/sandbox/runner/report';
import type { RunProgress } from '../../../../services/sandbox/runner/run-scenario';
import { runCommand, startCommand } from '../../../support/command';
import { until } from '../../../support/patience';
import {
  discard,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  SECURE,
  sign,
  startService,
  WEBHOOK_SECRET,
} from '../../../support/running-service';
import { check, listen, make, OLD_SECRET, play } from '../playing';
import { freePorts } from '../../../support/free-ports';

const SENDER = ['--secret', WEBHOOK_SECRET, '--reader-token', READER_TOKEN];
const reportIn = (stdout: string): RunReport => JSON.parse(stdout) as RunReport;

describe('ticket-rail sandbox run', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService({ ...SECURE, STREAM_WEBHOOK_SECRETS: `${WEBHOOK_SECRET},${OLD_SECRET}` });
  });
  afterAll(() => discard(service));

  it('sandbox run finds one acknowledged delivery that was lost, and ends with 1', async () => {
    let toLose = 40;
    const { url, close } = await listen((request, response) => {
      if (request.method === 'POST' && --toLose === 0) {
        request.resume().on('end', () => response.end('{"outcome":"recorded"}'));
        return;
      }
      const { method, url: path = '/', headers } = request;
      // No connection is used again: one that the service closes just then would be a failure of this proxy.
      const onwards = httpRequest(new URL(path, service.url), { method, headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onwards.on('error', () => response.destroy());
      request.pipe(onwards);
    });
    const args = ['sandbox', 'run', 'quiet-evening', '--target', url, ...SENDER, '--speed', '20000'];
    const { code, stdout } = await runCommand([...args, '--json']);
    await close();
    expect(code).toBe(1);
    const report = reportIn(stdout);
    expect(report).toMatchObject({ good: false, never_acknowledged: { count: 0 }, surprises: { count: 0 } });
    const { checked } = report.check as Extract<RunReport['check'], { kind: 'checked' }>;
    expect(checked.findings.first.map(({ kind }) => kind)).toContain('lost');
    expect(new Set(checked.findings.first.map(({ order_id }) => order_id)).size).toBe(1);
  });

  /** A Ticket Rail that takes everything, and cannot answer what it made of it. */
  const listenUnready = (onRead: () => void) =>
    listen((request, response) => {
      request.resume().on('end', () => {
        const [status, body] = ((): [number, object] => {
          if (request.method === 'POST') return [200, {}];
          if (request.url === '/openapi.json') return [200, { info: { title: 'Ticket Rail' } }];
          if (request.url === '/session') return [200, { role: 'auditor' }];
          onRead();
          return [503, {}];
        })();
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
      });
    });

  it('sandbox run ends its check when it is interrupted, with a report of what was sent', async () => {
    let onRead: () => void = () => undefined;
    const reading = new Promise<void>((read) => (onRead = read));
    const { url, close } = await listenUnready(() => {
      onRead();
    });
    const command = startCommand(['sandbox', 'run', 'quiet-evening', '--target', url, '--speed', '100000']);
    await reading;
    command.signal('SIGINT');
    const { code, stdout } = await command.ended;
    await close();
    expect(stdout).toContain('Ended early: the check was interrupted');
    expect(stdout).toContain('Not checked: it was interrupted.');
    expect(code).toBe(1);
  });

  it('sandbox run reports what it sent if the target cannot be checked, and ends with 1', async () => {
    const { url, close } = await listen((request, response) => {
      request.resume();
      response.end(request.url === '/openapi.json' ? '{"info":{"title":"Ticket Rail"}}' : '{}');
    });
    const { code, stdout } = await runCommand([
      'sandbox',
      'run',
      'pickup',
      '--target',
      url,
      '--speed',
      '10000',
      '--json',
    ]);
    expect(code).toBe(1);
    expect(reportIn(stdout)).toMatchObject({
      good: false,
      check: { kind: 'failed' },
      never_acknowledged: { count: 0 },
    });
    await close();
  });

  it('sandbox run sends to a POS that is no Ticket Rail, and says that it was not checked', async () => {
    const types: string[] = [];
    const { url, close } = await listen((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        if (request.url !== '/hook') response.statusCode = 404;
        else types.push((JSON.parse(body) as { type: string }).type);
        response.end('ok');
      });
    });
    const story = 'canceled-before-pickup-by-dsp';
    const { code, stdout } = await runCommand(['sandbox', 'run', story, '--target', `${url}/hook`, '--speed', '10000']);
    await close();
    expect(types).toEqual(['order.updated', 'order.updated', 'order.updated', 'order.canceled', 'order.updated']);
    expect(stdout).toContain('Not checked: the target is no Ticket Rail');
    expect(code).toBe(0);
  });

  it('sandbox run reports unexpected answers with their request ids, and ends with 1', async () => {
    const { url, close } = await listen((request, response) => {
      request.resume().on('end', () => {
        response.setHeader('X-Request-Id', 'request-1').end('anything goes');
      });
    });
    const { code, stdout } = await runCommand(
      ['sandbox', 'run', 'pickup', '--target', url, ...SENDER, '--speed', '10000', '--faults', 'bad-signature'].concat(
        '--fault-share',
        '1',
      ),
    );
    await close();
    expect(stdout).toContain('3 answers that were not expected');
    expect(stdout).toContain('bad-signature, expected refused-401, got 200 (request request-1): anything goes');
    expect(code).toBe(1);
  });

  it('sandbox run does not check without the token of an auditor, and does not begin if a check is required', async () => {
    const story = ['sandbox', 'run', 'pickup', '--target', service.url, '--secret', WEBHOOK_SECRET, '--speed', '10000'];
    const unchecked = await runCommand(story);
    expect(unchecked).toMatchObject({ code: 0, stdout: expect.stringContaining('wants a reader') as unknown });
    const operator = await runCommand([...story, '--reader-token', OPERATOR_TOKEN, '--check', 'required']);
    expect(operator).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('has the role operator') as unknown,
    });
  });

  it('sandbox run accepts a scenario from a file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'scenarios-'));
    const path = join(directory, 'mine.json');
    const steps = [
      { after_s: 0, status: 'in_progress' },
      { after_s: [1, 2], status: 'completed' },
    ];
    const common = { kind: 'story', name: 'mine', summary: 'Mine.', seed: 1, fulfillment_type: 'pickup' };
    writeFileSync(path, JSON.stringify({ ...common, steps, ends: 'completed', in_any_order: true }));
    const { code, stdout } = await runCommand(['sandbox', 'run', path, '--target', service.url, ...SENDER, '--json']);
    rmSync(directory, { recursive: true });
    expect(code).toBe(0);
    expect(reportIn(stdout)).toMatchObject({ scenario: 'mine', deliveries: 2, good: true });
  });

  it('sandbox run ends at once when it is interrupted, with a report of what was sent', async () => {
    let onDelivery: () => void = () => undefined;
    const delivered = new Promise<void>((delivery) => (onDelivery = delivery));
    const { url, close } = await listen((request, response) => {
      request.resume().on('end', () => {
        if (request.method === 'POST') onDelivery();
        response.end('{}');
      });
    });
    const command = startCommand(['sandbox', 'run', 'straight-delivery', '--target', url, '--speed', '10']);
    await delivered;
    command.signal('SIGINT');
    const { code, stdout } = await command.ended;
    await close();
    expect(stdout).toContain('Ended early: it was interrupted');
    expect(stdout).toContain('Not checked: the run did not come to its end.');
    expect(code).toBe(1);
  });

  it.each([
    [['no-such-scenario'], 'There is no scenario'],
    [['pickup', '--faults', 'hail'], 'there is no fault hail'],
    [['pickup', '--seed', 'x'], 'expected a whole number, or random'],
    [['pickup', '--speed', '0'], 'expected a number from 0.1'],
    [['pickup', '--target', 'here'], 'expected a URL'],
    [['pickup', '--orders', '100001'], 'expected 1 to 100000'],
    [['pickup', '--bearer', 't€ken'], 'expected a token of visible ASCII characters'],
    [['pickup', '--reader-token', 'two words'], 'expected a token of visible ASCII characters'],
  ])('sandbox run refuses %j with a reason', async (args, reason) => {
    const { code, stderr } = await runCommand(['sandbox', 'run', ...args]);
    expect(stderr).toContain(reason);
    expect(code).toBe(1);
  });

  it('sandbox list lists the scenarios', async () => {
    const { stdout } = await runCommand(['sandbox', 'list']);
    expect(stdout).toMatch(/^robot +one order +A robot comes/m);
    expect(stdout).toMatch(/^batched +one batch +Three orders/m);
    expect(stdout).toMatch(/^lunch-rush +many orders/m);
  });
});

describe('a run', () => {
  it('a run loses nothing when the POS is killed and comes back', async () => {
    // The second is to be where the first was: nothing else takes that port while none of them listens.
    const PORT = String(await freePorts());
    const first = await startService({ PORT });
    const { dataDir, url } = first;
    const run = make({ scenario: 'lunch-rush', orders: 100, faults: ['repeats', 'delayed-retries'], perMinute: 10 });
    let progress: RunProgress = { done: 0, retries: 0 };
    const running = play(run, url, { speed: 1_200, onProgress: (now) => (progress = now) });
    await until('some deliveries', () => progress.done >= 50);
    await first.end('SIGKILL');
    const { retries } = progress;
    await until('some in vain', () => progress.retries > retries);
    const second = await startService({ DATA_DIR: dataDir, PORT });
    const result = await running;
    const report = reportOf({ scenario: 'lunch-rush', seed: 1, run_id: 'run', target: url, speed: 600 }, run, result, {
      kind: 'checked',
      checked: await check(run, result, url),
    });
    await discard(second);
    expect({ good: report.good, lines: report.good ? [] : reportLines(report) }).toEqual({ good: true, lines: [] });
    expect(report.attempts.retries).toBeGreaterThan(0);
    expect(report.answers['no answer']).toBeGreaterThan(0);
  });

  it('a run forges signatures even if no header can hold the secret itself', async () => {
    const secret = 'whsec-of-many-€-0123';
    const { url, close } = await listen((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        response.statusCode = request.headers['x-stream-signature'] === sign(body, secret) ? 200 : 401;
        response.end('{}');
      });
    });
    const run = make({ scenario: 'quiet-evening', orders: 10, faults: ['bad-signature'], share: 1 });
    expect(run.attempts.some(({ signature }) => signature === 'bare-secret')).toBe(true);
    const credentials = { secret, oldSecret: null, bearer: null, header: 'X-Stream-Signature' };
    const { ended, sent } = await play(run, url, { credentials });
    await close();
    expect(ended).toBeNull();
    expect(sent.filter(({ outcome }) => outcome !== 'as-expected')).toEqual([]);
  });

  it('a run ends if nothing is ever acknowledged, and says what was answered instead', async () => {
    const run = make({ scenario: 'pickup', orders: 1, faults: [] });
    const { ended, sent } = await play(run, 'http://127.0.0.1:1', { nothingAcknowledgedMs: 500 });
    expect(ended).toContain('nothing was acknowledged for 0.5 s; the last attempt got no answer: connect ECONNREFUSED');
    expect(sent.every(({ effect }) => effect !== 'acknowledged')).toBe(true);
  });

  it('a run gives a delivery up after a while, and says which', async () => {
    const { url, close } = await listen((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        if (body.includes('ready_for_pickup')) response.statusCode = 500;
        response.end('{}');
      });
    });
    const run = make({ scenario: 'pickup', orders: 1, faults: [] });
    const result = await play(run, url, { giveUpMs: 400 });
    await close();
    const report = reportOf({ scenario: 'pickup', seed: 1, run_id: 'run', target: url, speed: 1 }, run, result, {
      kind: 'none',
      reason: 'not asked',
    });
    expect(report).toMatchObject({ good: false, never_acknowledged: { count: 1, first: [{ delivery: 2 }] } });
    expect(report.attempts.retries).toBeGreaterThan(0);
  });

  it('a run sends an order’s deliveries one after the other, however slow the POS and however fast the scenario', async () => {
    const now = new Map<string, number>();
    let [most, mostOfOne] = [0, 0];
    const { url, close } = await listen((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        const { object } = JSON.parse(body) as { object: { order_id?: string; provider_id?: string } };
        const id = object.order_id ?? object.provider_id ?? '';
        now.set(id, (now.get(id) ?? 0) + 1);
        mostOfOne = Math.max(mostOfOne, now.get(id) ?? 0);
        most = Math.max(
          most,
          [...now.values()].reduce((sum, one) => sum + one, 0),
        );
        setTimeout(() => {
          now.set(id, (now.get(id) ?? 0) - 1);
          response.end('{}');
        }, 5);
      });
    });
    const run = make({ scenario: 'lunch-rush', orders: 100, faults: [] });
    await play(run, url, { speed: 1_000_000, connections: 8 });
    await close();
    expect(mostOfOne).toBe(1);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });
});
