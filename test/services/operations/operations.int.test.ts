import { Readiness } from '../../../schemas/api/order-view';
import {
  DELIVERY_OUTCOMES,
  DOUBTFUL_DELIVERIES,
  NON_2XX_WINDOW_SECONDS,
} from '../../../services/operations/endpoint-counts';
import { createMetrics } from '../../../services/operations/metrics';
import { PROBLEMS } from '../../../services/http/problem';
import { Freshness } from '../../../services/read-model/freshness';
import {
  createReadinessCheck,
  MAX_READY_LAG_SECONDS,
  READY_ANSWER_MS,
  STORE_CHECK_INTERVAL_MS,
  STORE_CHECK_TIMEOUT_MS,
} from '../../../services/server/readiness';
import { EventStoreError, type Position } from '../../../services/event-store/event-store';
import {
  EXAMPLES,
  freshKeys,
  historyOf,
  orderPath,
  parseExample,
  problem,
  problemOf,
  update,
} from '../../support/deliveries';
import {
  asOperator,
  discard,
  READER_TOKEN,
  type RunningService,
  sign,
  startService,
  WEBHOOK_SECRET,
} from '../../support/running-service';

/** Value of the one sample with this name and these labels, as the Prometheus text format has it. */
function sample(text: string, name: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? NaN);
}

describe('operations', () => {
  let service: RunningService;
  const key = freshKeys('operations');
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => discard(service));

  const metrics = async (): Promise<string> => (await service.get('/metrics')).text;

  it('/healthz answers anyone that the process answers', async () => {
    const answer = await service.call('/healthz');
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: 'ok\n' });
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  });

  it('/readyz answers anyone which parts are ready', async () => {
    const answer = await service.call('/readyz');
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { ready, checks } = Readiness.strict().parse(answer.json);
    expect(ready).toBe(true);
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['event_store', true],
      ['projector', true],
      ['lifecycle', true],
    ]);
    expect(checks.every(({ detail }) => detail.length > 0)).toBe(true);
  });

  it('/metrics counts every outcome of a delivery, and the share of authentic ones that was not answered with 2xx', async () => {
    const before = await metrics();
    for (const outcome of DELIVERY_OUTCOMES) {
      expect(sample(before, `ticket_rail_deliveries_total{outcome="${outcome}"}`)).toBe(0);
    }
    expect(sample(before, 'ticket_rail_deliveries_non_2xx_ratio')).toBe(0);

    const about = key();
    await service.deliver(update(about));
    await service.deliver(update(about, { n: 1 }));
    await service.deliver(update(about, { n: 1 }));
    await service.post('not JSON');
    for (const _ of [1, 2]) await service.post('{}', { 'X-Stream-Signature': sign('x') });
    await service.call('/handle-order', { method: 'POST' });
    await service.post('[]', { 'Content-Type': 'text/plain' });
    await service.post('{}');
    await service.post('x'.repeat(300_000));
    const after = await metrics();
    const counted = Object.fromEntries(
      DELIVERY_OUTCOMES.map((outcome) => [
        outcome,
        sample(after, `ticket_rail_deliveries_total{outcome="${outcome}"}`),
      ]),
    );
    expect(counted).toEqual({
      recorded: 2,
      repeat: 1,
      ping: 1,
      quarantined: 2,
      relayed: 0,
      'relay-failed': 0,
      'relay-timed-out': 0,
      'not-authentic': 3,
      'too-large': 1,
      'too-slow': 0,
      unavailable: 0,
      overloaded: 0,
      'cut-off': 0,
      failed: 0,
    });
    expect(sample(after, 'ticket_rail_deliveries_non_2xx_ratio')).toBe(0);
    expect(sample(after, 'ticket_rail_deliveries_not_authentic_ratio')).toBeCloseTo(3 / 10);
    expect(sample(after, 'ticket_rail_secrets_in_doubt')).toBe(0);
    expect(sample(after, 'ticket_rail_last_authentic_delivery_timestamp_seconds')).toBeGreaterThan(1.7e9);
  });

  it('/metrics has a histogram of appends, the queue and the lag of the projection', async () => {
    const before = sample(await metrics(), 'ticket_rail_append_seconds_count');
    const about = key();
    for (const n of [0, 1, 1]) await service.deliver(update(about, { n }));
    const answer = await service.get('/metrics');
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    const { text } = answer;
    expect(sample(text, 'ticket_rail_append_seconds_count') - before).toBe(2);
    expect(sample(text, 'ticket_rail_append_seconds_bucket{le="+Inf"}')).toBe(before + 2);
    expect(sample(text, 'ticket_rail_append_seconds_bucket{le="0.01"}')).toBeGreaterThanOrEqual(0);
    expect(sample(text, 'ticket_rail_append_seconds_sum')).toBeGreaterThan(0);
    expect(sample(text, 'ticket_rail_queue_depth')).toBe(0);
    await service.get(orderPath(about));
    expect(sample(await metrics(), 'ticket_rail_projection_lag_seconds')).toBe(0);
    expect(text).toMatch(/^process_resident_memory_bytes /m);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
    for (const name of text.match(/^ticket_rail_\w+/gm) ?? []) {
      const family = name.replace(/_(bucket|sum|count)$/, '');
      expect(text).toContain(`# HELP ${family} `);
      expect(text).toContain(`# TYPE ${family} `);
    }
  });

  it('an address that does not exist gets 404 as a problem', async () => {
    for (const path of ['/nothing', '/locations/l', '/handle-order/x', '/orders/', '/quarantine/0/x']) {
      const answer = await service.get(path);
      expect({ path, ...problemOf(answer) }).toEqual({ path, ...problem(404, 'not-found') });
    }
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('a %s request to /handle-order gets 405 with Allow', async (method) => {
    const answer = await service.call('/handle-order', { method });
    expect(problemOf(answer)).toEqual(problem(405, 'method-not-allowed'));
    expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS, POST');
  });

  it('every answer has safe browser headers, and none names the framework', async () => {
    for (const path of ['/', '/healthz', '/docs', '/openapi.json', '/metrics', '/nothing', '/locations/l/orders']) {
      const { headers } = await service.get(path);
      expect({ path, nosniff: headers['x-content-type-options'] }).toEqual({ path, nosniff: 'nosniff' });
      expect(headers['content-security-policy']).toMatch(/default-src '(?:self|none)'/);
      expect(headers['x-powered-by']).toBeUndefined();
    }
    for (const body of [JSON.stringify(update(key())), 'not JSON']) {
      const { headers } = await service.post(body);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('a problem has the form of its catalogue entry', async () => {
    const { json } = await service.get(orderPath(key()));
    expect(json).toEqual({
      type: 'urn:ticket-rail:problem:order-not-found',
      title: PROBLEMS['order-not-found'].title,
      status: 404,
      detail: expect.any(String) as unknown,
    });
  });

  it('a preflight request of a foreign page gets no permission', async () => {
    const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' };
    for (const path of ['/handle-order', '/locations/l/orders', '/quarantine/0/redrive']) {
      const answer = await service.call(path, { method: 'OPTIONS', headers });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('a SIGTERM loses no acknowledged delivery, and the process ends with 0', async () => {
    const stopping = await startService();
    const about = key();
    const answers = Array.from({ length: 40 }, (_, n) => stopping.deliver(update(about, { n })).catch(() => null));
    await answers[0];
    expect(await stopping.end('SIGTERM')).toBe(0);
    const acknowledged = (await Promise.all(answers)).filter((answer) => answer?.status === 200);
    expect(acknowledged.length).toBeGreaterThan(0);
    const again = await startService({ DATA_DIR: stopping.dataDir });
    try {
      const { events } = await historyOf(again, about);
      const reported = acknowledged.map((answer) => (answer?.json as { revision: number }).revision);
      expect(reported.filter((revision) => events[revision] === undefined)).toEqual([]);
    } finally {
      await discard(again);
    }
  });
});

describe('log at LOG_LEVEL=trace', () => {
  /** Values that must never be in it, unlike anything else that could be. */
  const PRIVATE = {
    name: 'Zebulon Quixote',
    number: '+49-89-5550-7731',
    code: 'masking-66731',
    picture: 'https://pictures.example/zebulon.jpg',
    plate: 'M-ZQ 4711',
    passcode: 'open-sesame-93',
    handoff: 'behind the blue door',
  };
  const driver_details = {
    source: 'uber',
    name: PRIVATE.name,
    phone: { number: PRIVATE.number, code: PRIVATE.code },
    picture_url: PRIVATE.picture,
    vehicle_info: { license_plate: PRIVATE.plate },
    handoff_instructions: PRIVATE.handoff,
    passcode: PRIVATE.passcode,
  };

  it('the log has no secret, no signature and nothing about a driver, whatever is delivered', async () => {
    const service = await startService({ LOG_LEVEL: 'trace', STREAM_BEARER_TOKENS: 'bearer-of-stream-0123456789' });
    const signatures: string[] = [];
    const post = async (body: string, headers: Record<string, string> = {}): Promise<number> => {
      signatures.push(sign(body));
      const bearer = { Authorization: 'Bearer bearer-of-stream-0123456789' };
      return (await service.post(body, { ...bearer, ...headers })).status;
    };
    try {
      for (const { bytes } of EXAMPLES) expect(await post(bytes.toString('utf8'))).toBe(200);
      const about = freshKeys('private')();
      const good = JSON.stringify(update(about, { driver_details }));
      const bad: [string, Record<string, string>, number][] = [
        [good, {}, 200],
        [good, {}, 200],
        [good.slice(0, -1), {}, 202],
        [good.slice(0, good.indexOf('Quixote')), {}, 202],
        [PRIVATE.passcode, {}, 202],
        [good.replace('"name":', '"name":"x","name":'), {}, 202],
        [good.replace('"source":"uber"', '"source":7'), {}, 200],
        [good.replace('"source":"uber"', '"rating":1e400'), {}, 200],
        [good.replace('"status":"in_progress"', `"status":"${PRIVATE.name}"`), {}, 200],
        [good.replace('"status":"in_progress"', `"status":"${PRIVATE.name}\\u0000"`), {}, 202],
        [good.replace('order.updated', PRIVATE.name), {}, 202],
        [JSON.stringify(driver_details), {}, 202],
        [JSON.stringify(update(about, { ...driver_details, delivery_status: PRIVATE.passcode })), {}, 200],
        [good, { 'Content-Type': 'text/plain' }, 202],
        [good, { 'Content-Type': `text/plain; x=${PRIVATE.passcode}` }, 202],
        [good, { 'Content-Encoding': PRIVATE.passcode }, 202],
        [good, { 'X-Stream-Signature': WEBHOOK_SECRET }, 401],
        [good, { 'X-Stream-Signature': sign('something else') }, 401],
        [good, { Authorization: 'Bearer wrong-0123456789' }, 401],
        [good.padEnd(300_000), {}, 413],
        ['['.repeat(10_000), {}, 202],
      ];
      for (const [body, headers, status] of bad) {
        expect({ body: body.slice(0, 300), status: await post(body, headers) }).toEqual({
          body: body.slice(0, 300),
          status,
        });
      }
      for (const path of [
        orderPath(about),
        orderPath(about, '/history'),
        '/quarantine',
        '/quarantine/0',
        orderPath(parseExample(EXAMPLES[0]?.bytes ?? Buffer.alloc(0)).object),
        `/locations/${encodeURIComponent(PRIVATE.name)}/orders?${encodeURIComponent(PRIVATE.passcode)}=1`,
        '/locations/%zz/orders',
      ]) {
        await service.get(path);
        await service.call(path, { headers: { Authorization: 'Bearer wrong-reader-0123456789' } });
      }
      await service.call('/quarantine/0/redrive', { method: 'POST', headers: asOperator });
      expect(await service.end()).toBe(0);

      const output = service.output();
      // It did speak of all that, a line of JSON each.
      for (const said of [
        'recorded a delivery',
        'recognised a repeated',
        'quarantined a delivery',
        'refused a delivery',
      ]) {
        expect(output).toContain(said);
      }
      const lines = output.trimEnd().split('\n');
      expect(lines.every((line) => typeof (JSON.parse(line) as { level: unknown }).level === 'number')).toBe(true);
      const fromExamples = [
        ...['John Driver', 'Jane Driver', 'Kiwi Robot', '+15555551234', '+15555555678', 'driver.jpg', 'ABC1234'],
        ...['Meet driver', 'Place order in robot', 'passcode', 'picture_url'],
      ];
      const secrets = [WEBHOOK_SECRET, READER_TOKEN, 'bearer-of-stream', 'wrong-0123456789', 'wrong-reader'];
      const digests = [...signatures, sign('something else')];
      const forbidden = [...Object.values(PRIVATE), ...fromExamples, ...secrets, ...digests];
      const leaks = forbidden.filter((text) => output.includes(text));
      expect(leaks).toEqual([]);
      expect(output).not.toMatch(/"[^"]*(signature|authorization)":/i);
    } finally {
      await discard(service);
    }
  });
});

describe('readiness', () => {
  const at = (position: number): Position => String(position) as Position;
  const caughtUp = (position: number | null) => ({
    position: position === null ? null : at(position),
    caughtUp: true,
  });
  function check(checkWritable: () => Promise<void> = () => Promise.resolve()) {
    const clock = { now: 0 };
    const state = { stopping: false, asked: 0 };
    const reported: (string | null)[] = [];
    const freshness = new Freshness(() => clock.now);
    const ready = createReadinessCheck({
      store: {
        checkWritable: () => {
          state.asked++;
          return checkWritable();
        },
        damage: null,
      },
      freshness,
      isStopping: () => state.stopping,
      now: () => clock.now,
      onStore: (problem) => reported.push(problem),
    });
    const failing = async (): Promise<string[]> =>
      (await ready()).checks.filter(({ ok }) => !ok).map(({ name }) => name);
    return { clock, state, reported, freshness, ready, failing };
  }

  it('the service is not ready until the projector has read the whole log once', async () => {
    const { freshness, failing } = check();
    expect(await failing()).toEqual(['projector']);
    freshness.projected({ ...caughtUp(7), caughtUp: false });
    expect(await failing()).toEqual(['projector']);
    freshness.projected(caughtUp(9));
    expect(await failing()).toEqual([]);
    freshness.restarted();
    expect(await failing()).toEqual(['projector']);
  });

  it('the service is not ready when an acknowledged update is not readable for too long', async () => {
    const { clock, freshness, failing, ready } = check();
    freshness.projected(caughtUp(null));
    freshness.acknowledged(at(1));
    clock.now = MAX_READY_LAG_SECONDS * 1_000 - 1;
    expect(await failing()).toEqual([]);
    clock.now += 1;
    expect(await failing()).toEqual(['projector']);
    freshness.projected(caughtUp(1));
    expect((await ready()).ready).toBe(true);
  });

  it('what keeps the store from taking writes is reported once, when it becomes something else, and when it is over', async () => {
    const reasons = [null, 'the disk is full', 'the disk is full', 'the log was removed', null, null];
    const { clock, reported, ready } = check(() => {
      const reason = reasons.shift() ?? null;
      return reason === null ? Promise.resolve() : Promise.reject(new EventStoreError('unavailable', reason));
    });
    while (reasons.length > 0) {
      await ready();
      clock.now += STORE_CHECK_INTERVAL_MS;
    }
    expect(reported).toEqual(['the disk is full', 'the log was removed', null]);
  });

  it('the service is not ready when the store takes no writes, and gives the reason', async () => {
    const { freshness, ready } = check(() => Promise.reject(new EventStoreError('unavailable', 'the disk is full')));
    freshness.projected(caughtUp(null));
    expect(await ready()).toMatchObject({
      ready: false,
      checks: [{ name: 'event_store', ok: false, detail: 'the disk is full' }, { ok: true }, { ok: true }],
    });
  });

  it('a store that does not answer is reported within half a second, by what was known last, until it is given up', async () => {
    jest.useFakeTimers();
    try {
      let answers = true;
      const { clock, freshness, ready } = check(() => (answers ? Promise.resolve() : new Promise(() => undefined)));
      freshness.projected(caughtUp(null));
      const pass = async (ms: number): Promise<void> => {
        clock.now += ms;
        await jest.advanceTimersByTimeAsync(ms);
      };
      const store = async () => {
        const answer = ready();
        await pass(READY_ANSWER_MS);
        return (await answer).checks[0];
      };
      expect(READY_ANSWER_MS).toBeLessThan(500);
      expect(await store()).toMatchObject({ ok: true, detail: 'takes writes' });
      answers = false;
      await pass(STORE_CHECK_INTERVAL_MS);
      const detail = 'takes writes (as of 1.4 s ago: it is being asked again)';
      expect(await store()).toMatchObject({ ok: true, detail });
      await pass(STORE_CHECK_TIMEOUT_MS);
      expect(await store()).toMatchObject({
        ok: false,
        detail: expect.stringContaining(`no answer in ${String(STORE_CHECK_TIMEOUT_MS)} ms`) as string,
      });
      answers = true;
      await pass(STORE_CHECK_TIMEOUT_MS);
      expect(await store()).toMatchObject({ ok: true, detail: 'takes writes' });
    } finally {
      jest.useRealTimers();
    }
  });

  it('a store that never answered is not ready', async () => {
    const { freshness, ready } = check(() => new Promise(() => undefined));
    freshness.projected(caughtUp(null));
    const begun = performance.now();
    expect((await ready()).checks[0]).toMatchObject({ ok: false, detail: 'it has not answered yet' });
    expect(performance.now() - begun).toBeLessThan(STORE_CHECK_TIMEOUT_MS);
  });

  it('the service is not ready as soon as it is asked to stop', async () => {
    const { state, freshness, failing } = check();
    freshness.projected(caughtUp(null));
    state.stopping = true;
    expect(await failing()).toEqual(['lifecycle']);
  });

  it('a readiness check does not ask the store for every request', async () => {
    const { clock, state, ready } = check();
    await Promise.all(Array.from({ length: 20 }, ready));
    expect(state.asked).toBe(1);
    clock.now += STORE_CHECK_INTERVAL_MS;
    await ready();
    expect(state.asked).toBe(2);
  });
});

describe('share of deliveries not answered with 2xx', () => {
  it('the share of deliveries not answered with 2xx covers a sliding window, and forgets what is older', async () => {
    let now = 1_000_000_000_000;
    const metrics = createMetrics({
      now: () => now,
      queueDepth: () => 3,
      projectionLagSeconds: () => 1.5,
      live: { clients: 2, sent: 7, dropped: 1 },
    });
    const share = async (): Promise<number> =>
      sample((await metrics.expose()).text, 'ticket_rail_deliveries_non_2xx_ratio');
    expect(await share()).toBe(0);
    for (const status of [200, 202, 401, 503]) metrics.delivery('recorded', status);
    expect(await share()).toBe(0.5);
    now += (NON_2XX_WINDOW_SECONDS - 1) * 1_000;
    metrics.delivery('recorded', 200);
    expect(await share()).toBeCloseTo(2 / 5);
    now += 1_000;
    expect(await share()).toBe(0);
    now += NON_2XX_WINDOW_SECONDS * 1_000;
    metrics.delivery('failed', 500);
    expect(await share()).toBe(1);
    const { text } = await metrics.expose();
    expect(sample(text, 'ticket_rail_queue_depth')).toBe(3);
    expect(sample(text, 'ticket_rail_projection_lag_seconds')).toBe(1.5);
  });

  const calm = () => {
    const clock = { now: 1_000_000_000_000 };
    const metrics = createMetrics({
      now: () => clock.now,
      queueDepth: () => 0,
      projectionLagSeconds: () => 0,
      live: { clients: 0, sent: 0, dropped: 0 },
    });
    return { clock, metrics };
  };

  it('what anybody can send does not change the share that Stream sees, and has a share of its own', () => {
    const { metrics } = calm();
    for (let n = 0; n < 10; n++) metrics.delivery('recorded', 200);
    for (let n = 0; n < 60; n++) metrics.delivery('not-authentic', 401);
    for (let n = 0; n < 20; n++) metrics.delivery('too-large', 413);
    for (let n = 0; n < 10; n++) metrics.cutOff(false);
    expect(metrics.endpoint).toMatchObject({ non2xxShare: 0, notAuthenticShare: 0.6, secretsInDoubt: false });
    metrics.delivery('unavailable', 503);
    metrics.cutOff(true);
    expect(metrics.endpoint.non2xxShare).toBeCloseTo(2 / 12);
  });

  it('the secrets are in doubt while several deliveries are signed with another and none with ours', () => {
    const { clock, metrics } = calm();
    const doubt = (): boolean => metrics.endpoint.secretsInDoubt;
    const mismatch = (): void => {
      metrics.mismatch();
      metrics.delivery('not-authentic', 401);
    };
    metrics.delivery('recorded', 200);
    expect(metrics.endpoint.lastAuthentic).toBe(clock.now);
    for (let n = 0; n < 100; n++) mismatch();
    expect(doubt()).toBe(false);
    clock.now += NON_2XX_WINDOW_SECONDS * 1_000;
    for (let n = 0; n < 50; n++) metrics.delivery('not-authentic', 401);
    expect(doubt()).toBe(false);
    for (let n = 1; n < DOUBTFUL_DELIVERIES; n++) mismatch();
    expect(doubt()).toBe(false);
    mismatch();
    expect(doubt()).toBe(true);
    metrics.delivery('repeat', 200);
    expect(doubt()).toBe(false);
  });
});
