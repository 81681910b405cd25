import { Command } from 'commander';
import { MAX_SUBMITTED, SandboxState, type Submitted } from '../../../../schemas/sandbox';
import type { Story } from '../../../../schemas/files/scenario';
import { StreamEvent } from '../../../../schemas/wire/stream-dsp';
import { DELIVERY_STATUSES, STATUSES } from '../../../../schemas/vocabulary';
import { addSandboxCommand } from '../../../../services/sandbox/commands/sandbox';
import { shippedScenarios, shippedStories, storiesOf } from '../../../../services/sandbox/stories/scenario-files';
import { PATIENCE, until } from '../../../support/patience';
import { call, sign } from '../../../support/running-service';
import {
  brief,
  DSP_SECRET,
  type Message,
  orderOf,
  type Party,
  POS_SECRET,
  type SandboxProcess,
  startParty,
  startSandbox,
  STORIES_MS,
  sentToPos,
} from '../support';

const stories = shippedStories();
/** A step a millisecond or so. */
const FAST = ['--speed', '3600'];

/** What a delivery service is told by a story. */
function sentToDsp({ steps }: Story): string[] {
  const received = ['location.order.accept'];
  let isCanceled = false;
  const byMerchant = steps.some((step) => 'status' in step && step.status === 'merchant_canceled');
  for (const step of steps) {
    const cancels = 'canceled' in step || step.status.endsWith('_canceled');
    if (cancels && !isCanceled && byMerchant) received.push('location.order.cancel');
    isCanceled ||= cancels;
    if ('canceled' in step || step.delivery_status !== undefined) continue;
    if (step.status === 'ready_for_pickup' || step.status === 'completed') {
      received.push(`location.order.notify_status_change ${step.status}`);
    }
  }
  return received;
}
const briefEvent = ({ type, order_status_update: status }: Message): string =>
  typeof status === 'string' ? `${type} ${status}` : type;

/** Waits until both sides were told so much. */
const untilReceived = (sandbox: SandboxProcess, orderId: string, pos: number, dsp: number) =>
  until(
    `${orderId} to be told to the end`,
    async () => {
      const seen = await sandbox.seen(orderId);
      return seen.pos.length >= pos && seen.dsp.length >= dsp && seen;
    },
    STORIES_MS,
  );

const failureOf = async (sandbox: SandboxProcess, orderId: string) => {
  const { dsp } = await untilReceived(sandbox, orderId, 0, 1);
  return dsp.map(({ type, failure_reason, failure_details }) => [type, failure_reason, failure_details]);
};

describe('the sandbox with its own delivery service and POS', () => {
  let sandbox: SandboxProcess;
  beforeAll(async () => {
    sandbox = await startSandbox(...FAST);
  });
  afterAll(() => sandbox.end('SIGKILL'));

  describe('stories', () => {
    let played: ReadonlyMap<string, Submitted['orders'][number] | undefined>;
    beforeAll(async () => {
      const submit = async ({ name }: Story) => (await sandbox.submit({ story: name, location_id: 'location-2' }))[0];
      played = new Map(await Promise.all(stories.map(async (story) => [story.name, await submit(story)] as const)));
    });

    it.each(stories.map((story) => [story.name, story] as const))(
      'the sandbox plays %s, and sends both sides exactly what the story says, in its order',
      async (name, story) => {
        const submitted = played.get(name);
        expect(submitted?.status).toBe(200);
        const orderId = submitted?.order_id ?? '';
        const order = await sandbox.orderIn(orderId, 'ended', 'canceled');
        const [pos, dsp] = [sentToPos(story), sentToDsp(story)];
        const seen = await untilReceived(sandbox, orderId, pos.length + 1, dsp.length);

        const [created, ...updates] = seen.pos;
        expect(created).toMatchObject({ type: 'order.created', object: { id: orderId, location_id: 'location-2' } });
        expect(updates.map(brief)).toEqual(pos);
        for (const { type, object } of updates) {
          const id = type === 'order.canceled' ? object?.['provider_id'] : object?.['order_id'];
          expect([id, object?.['location_id']]).toEqual([order.provider_id, 'location-2']);
        }
        expect(seen.dsp.map(briefEvent)).toEqual(dsp);
        for (const event of seen.dsp) {
          expect(event).toMatchObject({ order_id: orderId, location_id: 'location-2' });
          expect(StreamEvent.parse(event)).toEqual(event);
        }
      },
    );
  });

  it('the sandbox plays a batch as so many orders of one location, which its drivers share', async () => {
    const submitted = await sandbox.submit({ story: 'batched' });
    const ids = submitted.map(({ order_id }) => order_id);
    expect(ids).toHaveLength(3);
    const orders = await sandbox.ordersIn(ids, 'ended');
    expect(new Set(orders.map(({ location_id }) => location_id)).size).toBe(1);
    const [batch] = shippedScenarios().filter((scenario) => scenario.kind === 'batch');
    const drivers = await Promise.all(
      (batch === undefined ? [] : storiesOf(batch)).map(async (story, index) => {
        const { pos } = await untilReceived(sandbox, ids[index] ?? '', sentToPos(story).length + 1, 0);
        const details = pos.flatMap(({ object }) => object?.['driver_details'] ?? []) as { name: string }[];
        return [...new Set(details.map(({ name }) => name))];
      }),
    );
    const [[first], , [, second]] = drivers as [string[], string[], string[]];
    expect(drivers).toEqual([[first], [first], [first, second]]);
    const tooMany = await sandbox.post('/sandbox/orders', { story: 'batched', count: MAX_SUBMITTED });
    expect(tooMany.status).toBe(400);
    expect((await sandbox.post('/sandbox/orders', { story: 'batched', fulfillment_type: 'pickup' })).status).toBe(400);
  });

  it('the stories reach every documented status and delivery status', () => {
    const steps = stories.flatMap((story) => story.steps.flatMap((step) => ('status' in step ? [step] : [])));
    expect(new Set(steps.map(({ status }) => status))).toEqual(new Set(STATUSES.keys()));
    const deliveries = steps.flatMap(({ delivery_status }) => delivery_status ?? []);
    expect(new Set(deliveries)).toEqual(new Set(DELIVERY_STATUSES.keys()));
  });

  it.each([
    ['unpaid', 'paid-unless-drive-thru'],
    ['item-id-instead-of-variation', 'item-is-variation'],
    ['unknown-modifier', 'modifier-of-item'],
    ['wrong-modifier-group', 'modifier-group-of-modifier'],
    ['unknown-fulfillment-type', 'fulfillment-type'],
    ['missing-address', 'delivery-address'],
    ['upper-case-currency', 'structure'],
    ['not-json', 'structure'],
  ])('the sandbox refuses an order with the fault %s by the rule %s', async (fault, rule) => {
    const [submitted] = await sandbox.submit({ story: 'straight-delivery', fault });
    expect(submitted?.status).toBe(400);
    const { refusals } = submitted?.answer as { refusals: { rule: string; documented: string }[] };
    expect(refusals.map((refusal) => refusal.rule)).toContain(rule);
    expect(refusals.every(({ documented }) => documented.length > 0)).toBe(true);
  });

  it('the sandbox refuses what is not signed with the secret, in hex, over the raw bytes', async () => {
    for (const fault of ['bad-signature', 'no-signature']) {
      const [submitted] = await sandbox.submit({ fault });
      expect(submitted?.status).toBe(401);
    }
    const body = JSON.stringify(orderOf('signed-1'));
    const post = (signature: string) =>
      call(sandbox.url, '/order/demo', { method: 'POST', headers: { 'Stream-Webhook-Signature': signature }, body });
    expect((await post(DSP_SECRET)).status).toBe(401);
    expect((await post(sign(`${body} `, DSP_SECRET))).status).toBe(401);
    expect((await sandbox.state()).hops.map(({ request }) => JSON.stringify(request)).join()).not.toContain(DSP_SECRET);
    expect((await post(sign(body, DSP_SECRET).toUpperCase())).status).toBe(200);
  });

  it('the sandbox takes an order once, however often it is submitted, and answers the same', async () => {
    const answers = [await sandbox.sendAsDsp(orderOf('twice-1')), await sandbox.sendAsDsp(orderOf('twice-1'))];
    expect(answers.map(({ status, json }) => [status, json])).toEqual([
      [200, { order_id: 'twice-1' }],
      [200, { order_id: 'twice-1' }],
    ]);
    await untilReceived(sandbox, 'twice-1', 2, 1);
    const { pos, dsp } = await sandbox.seen('twice-1');
    expect(pos.map(({ type }) => type)).not.toEqual(['order.created', 'order.created']);
    // What its story has further may have come by now.
    expect(dsp.filter(({ type }) => type === 'location.order.accept')).toHaveLength(1);
    const elsewhere = { ...orderOf('twice-1'), location_id: 'location-2' };
    expect((await sandbox.sendAsDsp(elsewhere)).status).toBe(409);
  });

  it("the sandbox forwards an outside delivery service's reports, each in one message with driver and status", async () => {
    await sandbox.sendAsDsp(orderOf('outside-1'));
    const { provider_id } = await sandbox.orderIn('outside-1', 'accepted');
    const driver_details = { source: 'own', name: 'Jane', phone: {}, vehicle_info: {} };
    const about = { type: 'any', location_id: 'location-1', order_id: 'outside-1' };
    const reported = await sandbox.sendAsDsp({ ...about, delivery_status: 'enroute_to_dropoff', driver_details });
    expect(reported.status).toBe(200);
    expect((await sandbox.sendAsDsp({ ...about, order_id: 'nobody', delivery_status: 'pending' })).status).toBe(404);
    const { pos } = await until('the report to arrive', async () => {
      const seen = await sandbox.seen('outside-1');
      return seen.pos.some(({ object }) => object?.['driver_details'] !== undefined) && seen;
    });
    expect(pos.find(({ object }) => object?.['driver_details'] !== undefined)).toEqual({
      type: 'order.updated',
      object: {
        location_id: 'location-1',
        order_id: provider_id,
        status: 'out_for_delivery',
        delivery_status: 'enroute_to_dropoff',
        driver_details,
      },
    });
    expect((await sandbox.sendAsDsp({ ...about, cancel_reason: 'fraud_suspected', cancel_source: 'dsp' })).status).toBe(
      200,
    );
    const after = await until('the cancellation to arrive', async () => {
      const seen = await sandbox.seen('outside-1');
      return seen.pos.some(({ object }) => object?.['status'] === 'dsp_canceled') && seen;
    });
    expect(after.pos.slice(-2).map(brief)).toEqual([
      ['order.canceled'],
      ['order.updated', 'dsp_canceled', 'enroute_to_dropoff'],
    ]);
    expect(await sandbox.order('outside-1')).toMatchObject({ state: 'canceled', reason: 'dsp: fraud_suspected' });
  });

  it('the sandbox fails orders of a paused location until it is online again', async () => {
    const store = (status_update: object) =>
      sandbox.sendAsDsp({ type: 'any', location_id: 'location-3', status_update });
    const at3 = (id: string) => ({ ...orderOf(id), location_id: 'location-3' });
    expect((await store({ status: 'paused' })).status).toBe(200);
    expect((await sandbox.sendAsDsp(at3('paused-1'))).status).toBe(200);
    expect(await failureOf(sandbox, 'paused-1')).toEqual([
      ['location.order.fail', 'restaurant_not_accepting_orders', { invalid_item_ids: [] }],
    ]);
    await store({ status: 'paused', end_time: Date.now() - 1 });
    await sandbox.sendAsDsp(at3('paused-2'));
    await sandbox.orderIn('paused-2', 'accepted');
    await store({ status: 'paused' });
    await store({ status: 'online' });
    await sandbox.sendAsDsp(at3('paused-3'));
    await sandbox.orderIn('paused-3', 'accepted');
  });

  it('the sandbox informs the delivery service why the POS rejected an order', async () => {
    const submit = async (request: object) => {
      const [submitted] = await sandbox.submit({ story: 'straight-delivery', ...request });
      expect(submitted?.status).toBe(200);
      return failureOf(sandbox, submitted?.order_id ?? '');
    };
    const [stock] = await submit({ fault: 'out-of-stock' });
    expect(stock?.slice(0, 2)).toEqual(['location.order.fail', 'items_unavailable']);
    expect((stock?.[2] as { invalid_item_ids: string[] }).invalid_item_ids).toHaveLength(1);
    expect((await sandbox.state()).pos.out_of_stock).toEqual([]);
    expect((await submit({ fault: 'wrong-total' }))[0]?.[1]).toBe('order_validation_error');
    expect((await submit({ fault: 'unknown-location' }))[0]?.[1]).toBe('location_not_found');
    await sandbox.post('/sandbox/pos', { mode: 'rejecting' });
    expect((await submit({}))[0]?.[1]).toBe('restaurant_not_accepting_orders');
    await sandbox.post('/sandbox/pos', { mode: 'ok' });
  });

  it('the fault out-of-stock rejects each of its orders, no other order, and leaves the sold-out items as set', async () => {
    const out_of_stock = ['var_cheeseburger_double'];
    await sandbox.post('/sandbox/pos', { out_of_stock });
    try {
      await sandbox.sendAsDsp(orderOf('sold-out-1'));
      const [failure] = await failureOf(sandbox, 'sold-out-1');
      expect(failure?.slice(0, 2)).toEqual(['location.order.fail', 'items_unavailable']);
      const faulty = await sandbox.submit({ story: 'pickup', count: 60, fault: 'out-of-stock' });
      // One whose submission was not answered in time may never have come.
      const taken = faulty.filter(({ status }) => status === 200).map(({ order_id }) => order_id);
      expect(taken).not.toEqual([]);
      const decided = await sandbox.ordersIn(taken, 'accepted', 'ended', 'rejected', 'canceled');
      expect(new Set(decided.map(({ state }) => state))).toEqual(new Set(['rejected']));
      expect((await sandbox.state()).pos).toMatchObject({ out_of_stock });
    } finally {
      await sandbox.post('/sandbox/pos', { out_of_stock: [] });
    }
    const [, right] = await Promise.all([
      sandbox.submit({ story: 'pickup', count: 60, fault: 'out-of-stock' }),
      sandbox.submit({ story: 'pickup', count: 20 }),
    ]);
    const taken = right.filter(({ status }) => status === 200).map(({ order_id }) => order_id);
    expect(taken).not.toEqual([]);
    const decided = await sandbox.ordersIn(taken, 'ended', 'rejected');
    // A POS on a busy machine may decide too late; but it has everything.
    expect(decided.filter(({ reason }) => reason?.includes('items_unavailable'))).toEqual([]);
  });

  it('the sandbox refuses a time that no calendar has, such as an estimate beyond the year 9999', async () => {
    for (const [id, estimated_ready_at_ms, status] of [
      ['time-1', 1e17, 400],
      ['time-2', 253_402_300_800_000, 400],
      ['time-3', -1, 400],
      ['time-4', 253_402_300_799_999, 200],
    ] as const) {
      expect([id, (await sandbox.sendAsDsp(orderOf(id, { estimated_ready_at_ms }))).status]).toEqual([id, status]);
    }
    const { dsp } = await untilReceived(sandbox, 'time-4', 2, 1);
    // The POS says that it is ready, in its own time.
    const decisions = dsp.map(({ type }) => type).filter((type) => type !== 'location.order.notify_status_change');
    expect(decisions).toEqual(['location.order.accept']);
  });

  it('the sandbox sends again what its own parties did not take while they were down or slow', async () => {
    await sandbox.post('/sandbox/pos', { mode: 'down' });
    await sandbox.post('/sandbox/dsp', { mode: 'down' });
    const [submitted] = await sandbox.submit({ story: 'pickup' });
    const orderId = submitted?.order_id ?? '';
    await until('attempts in vain', async () => {
      const { hops } = await sandbox.state();
      return hops.filter(({ order_id, error }) => order_id === orderId && error !== null).length > 2;
    });
    expect((await sandbox.post('/sandbox/pos', { mode: 'slow' })).json).toMatchObject({ pos: { mode: 'slow' } });
    await sandbox.orderIn(orderId, 'ended');
    expect((await sandbox.seen(orderId)).dsp).toEqual([]);
    await sandbox.post('/sandbox/pos', { mode: 'ok' });
    await sandbox.post('/sandbox/dsp', { mode: 'ok' });
    const { dsp } = await untilReceived(sandbox, orderId, 4, 3);
    expect(dsp.map(briefEvent).sort()).toEqual([
      'location.order.accept',
      'location.order.notify_status_change completed',
      'location.order.notify_status_change ready_for_pickup',
    ]);
  });

  it('the sandbox gives its page the whole state in the form of its schema', async () => {
    const [order] = await sandbox.submit({ story: 'pickup' });
    await sandbox.orderIn(order?.order_id ?? '', 'ended');
    const state = await sandbox.state();
    expect(SandboxState.parse(state)).toEqual(state);
    const ways = state.hops.map(({ from, to }) => `${from} to ${to}`);
    expect(ways).toEqual(expect.arrayContaining(['dsp to stream', 'stream to pos', 'stream to dsp']));
  });

  it('the sandbox refuses pages of other names and origins', async () => {
    const { status } = await call(sandbox.url, '/sandbox/state', { headers: { Host: 'evil.example' } });
    expect(status).toBe(421);
    const request = { count: 1 };
    expect((await sandbox.post('/sandbox/orders', request, { Origin: 'https://evil.example' })).status).toBe(421);
    expect((await sandbox.post('/sandbox/orders', request, { 'Content-Type': 'text/plain' })).status).toBe(415);
    expect((await sandbox.post('/sandbox/orders', { counts: 1 })).status).toBe(400);
    expect((await sandbox.post('/sandbox/orders/nobody/actions', { action: 'step' })).status).toBe(404);
  });

  it('each address of the sandbox answers a method that it does not take with 405, and says which it takes', async () => {
    const order = '/sandbox/orders/nobody';
    const [reads, posts] = [
      ['/sandbox/state', '/sandbox/events', `${order}/seen`],
      ['/sandbox/orders', `${order}/actions`, '/sandbox/pos', '/sandbox/dsp', '/sandbox/rush', '/order/demo'],
    ];
    const answers = await Promise.all(
      [...reads, ...posts, '/stream-dsp/v1/event'].map((path) => call(sandbox.url, path, { method: 'DELETE' })),
    );
    const pos = await call(sandbox.builtinPosUrl ?? '', '/handle-order', { method: 'DELETE' });
    expect([...answers, pos].map(({ status }) => status)).toEqual(Array(11).fill(405));
    expect(answers.map(({ headers }) => headers.allow)).toEqual([
      ...reads.map(() => 'GET, HEAD'),
      ...[...posts, 'dsp'].map(() => 'POST'),
    ]);
    expect(pos.headers.allow).toBe('POST');
  });

  it('the sandbox submits orders by itself until stopped, in a rush of its own or a shipped one', async () => {
    const begun = await sandbox.post('/sandbox/rush', { rush: null, orders_per_minute: 20 });
    expect(begun.json).toMatchObject({ rush: { name: null, orders_per_minute: 20, orders: null } });
    await until('orders to come', async () => ((await sandbox.state()).rush?.submitted ?? 0) > 5);
    expect((await sandbox.post('/sandbox/rush', { rush: null })).json).toMatchObject({ rush: null });
    expect((await sandbox.post('/sandbox/rush', { rush: 'quiet-evening' })).json).toMatchObject({
      rush: { name: 'quiet-evening' },
    });
    await sandbox.post('/sandbox/rush', { rush: null });
    expect((await sandbox.post('/sandbox/rush', { rush: 'no-such-rush' })).status).toBe(400);
  });

  it('a rush ends by itself once all of its orders are placed', async () => {
    const own = await startSandbox(...FAST);
    try {
      const begun = await own.post('/sandbox/rush', { rush: 'quiet-evening', orders_per_minute: 10 });
      const { orders } = (begun.json as SandboxState).rush ?? {};
      expect(orders).toBeGreaterThan(0);
      const placed = await until(
        'the rush to end',
        async () => {
          const state = await own.state();
          return state.rush === null && state.orders.length === orders && state.orders;
        },
        STORIES_MS,
      );
      const here = new Set(placed.map(({ order_id }) => order_id));
      await own.submit({ count: 1 });
      const after = (await own.state()).orders.filter(({ order_id }) => !here.has(order_id));
      expect(after).toHaveLength(1); // nothing but what was asked for came since
    } finally {
      await own.end('SIGKILL');
    }
  });

  it('the sandbox pushes events to its page as they happen', async () => {
    const stop = new AbortController();
    const events = await fetch(`${sandbox.url}/sandbox/events`, { signal: stop.signal });
    expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(events.headers.get('cache-control')).toBe('no-store, no-transform');
    await sandbox.submit({ story: 'pickup' });
    let text = '';
    for await (const chunk of events.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString('utf8');
      // Orders of other tests may end meanwhile.
      if (text.includes('"state":"ended"') && /event: hop\ndata: .*"name":"order\.created"/.test(text)) break;
    }
    stop.abort();
    expect(text).toContain('event: order\n');
    expect(text).toMatch(/event: hop\ndata: .*"name":"order\.created"/);
  });
});

describe('actions on orders', () => {
  let sandbox: SandboxProcess;
  beforeAll(async () => {
    // So slow that no step comes by itself.
    sandbox = await startSandbox('--speed', '0.1');
  });
  afterAll(() => sandbox.end('SIGKILL'));

  const accepted = async (story: string, steps = 0): Promise<string> => {
    const [submitted] = await sandbox.submit({ story });
    const orderId = submitted?.order_id ?? '';
    await sandbox.orderIn(orderId, 'accepted');
    for (let step = 0; step < steps; step++) expect((await sandbox.act(orderId, 'step')).status).toBe(200);
    return orderId;
  };

  it('the action step takes the next step of a story at once', async () => {
    const orderId = await accepted('straight-delivery', 2);
    expect(await sandbox.order(orderId)).toMatchObject({
      status: 'in_progress',
      delivery_status: 'pending_driver_confirmation',
    });
  });

  it.each([
    ['cancel-by-dsp', 'dsp_canceled', ['location.order.accept']],
    ['cancel-by-merchant', 'merchant_canceled', ['location.order.accept', 'location.order.cancel']],
  ] as const)('the action %s sends both events to the POS, and ends the story', async (action, status, events) => {
    const orderId = await accepted('straight-delivery', 1);
    expect((await sandbox.act(orderId, action)).json).toMatchObject({ state: 'canceled', status, next_step_at: null });
    const seen = await untilReceived(sandbox, orderId, 4, events.length);
    expect(seen.pos.slice(2).map(brief)).toEqual([['order.canceled'], ['order.updated', status, null]]);
    expect(seen.dsp.map(({ type }) => type)).toEqual(events);
    expect((await sandbox.act(orderId, action)).status).toBe(409);
    expect((await sandbox.act(orderId, 'step')).status).toBe(409);
  });

  it('the action reassign brings another driver, who stays to the end', async () => {
    const orderId = await accepted('straight-delivery', 3);
    const { driver_name: first, delivery_status } = await sandbox.order(orderId);
    expect([typeof first, delivery_status]).toEqual(['string', 'enroute_to_pickup']);
    expect((await sandbox.act(orderId, 'reassign')).status).toBe(200);
    const { driver_name: second } = await sandbox.order(orderId);
    expect(second).not.toBe(first);
    await sandbox.act(orderId, 'step');
    expect((await sandbox.order(orderId)).driver_name).toBe(second);
  });

  it('the action fail means a failed pickup before pickup, and a failed order if the customer comes in person', async () => {
    const delivery = await accepted('straight-delivery', 3);
    expect((await sandbox.act(delivery, 'fail')).json).toMatchObject({
      state: 'ended',
      status: 'failed',
      delivery_status: 'failed_to_pickup',
    });
    const pickup = await accepted('pickup', 1);
    expect((await sandbox.act(pickup, 'fail')).json).toMatchObject({ state: 'ended', status: 'failed' });
    expect((await sandbox.act(pickup, 'fail')).status).toBe(409);
  });
});

describe('actions on orders whose stories run', () => {
  it('an action at the same time as a story loses no step of the story', async () => {
    const sandbox = await startSandbox('--speed', String(600 / PATIENCE));
    const story = stories.find(({ name }) => name === 'straight-delivery');
    if (story === undefined) throw new Error('there is no straight-delivery');
    const isSame = (one: readonly unknown[], other: readonly unknown[] | undefined): boolean =>
      JSON.stringify(one) === JSON.stringify(other);
    const reassigned = ['order.updated', 'in_progress', 'enroute_to_pickup'];
    try {
      const orders = await sandbox.submit({ story: story.name, count: 20 });
      const done = await Promise.all(
        orders.map(async ({ order_id: orderId }) => {
          let times = 0;
          for (;;) {
            const { status, text } = await sandbox.act(orderId, 'reassign');
            if (status === 200) times++;
            else if (/has left|is ended/.test(text)) return times;
            await new Promise((next) => setTimeout(next, 30));
          }
        }),
      );
      expect(Math.max(...done)).toBeGreaterThan(0);
      const steps = sentToPos(story);
      for (const [index, { order_id: orderId }] of orders.entries()) {
        await sandbox.orderIn(orderId, 'ended');
        const seen = await untilReceived(sandbox, orderId, 1 + steps.length + (done[index] ?? 0), 1);
        const updates = seen.pos.slice(1).map(brief);
        let next = 0;
        for (const update of updates) if (isSame(update, steps[next])) next++;
        expect([orderId, next, updates.length]).toEqual([orderId, steps.length, steps.length + (done[index] ?? 0)]);
        // What is beyond the story is what was asked for, with the status that the order had.
        const others = updates.filter((update) => !steps.some((step) => isSame(update, step)));
        expect(others.every((update) => update[2] === reassigned[2])).toBe(true);
      }
    } finally {
      await sandbox.end('SIGKILL');
    }
  });
});

describe('the sandbox with parties of others', () => {
  let pos: Party;
  let dsp: Party;
  let sandbox: SandboxProcess;
  let posAnswer: (message: Message) => { status: number; body?: unknown } | null;
  let dspAnswer: (event: Message) => { status: number } | null;

  const accept = (message: Message) =>
    message.type === 'order.created'
      ? { status: 200, body: { order: { provider_id: `pos-${String(message.object?.['id'])}` } } }
      : { status: 200 };

  beforeAll(async () => {
    pos = await startParty((message) => posAnswer(message));
    dsp = await startParty((event) => dspAnswer(event));
    const pointed = ['--pos-url', `${pos.url}/injected?tenant=7`, '--dsp-url', `${dsp.url}/stream-dsp/v1/event`];
    sandbox = await startSandbox('--speed', '60', ...pointed, '--pos-bearer', 'pos-token-of-mine');
  });
  afterAll(async () => {
    await sandbox.end('SIGKILL');
    await Promise.all([pos.close(), dsp.close()]);
  });
  beforeEach(() => {
    posAnswer = accept;
    dspAnswer = () => ({ status: 204 });
  });
  const toDsp = (orderId: string): Message[] =>
    dsp.received.filter(({ json }) => json['order_id'] === orderId).map(({ json }) => json);
  const toPos = (orderId: string): Message[] =>
    pos.received.map(({ json }) => json).filter(({ object }) => Object.values(object ?? {}).includes(orderId));

  it("the sandbox signs what it sends, with the POS's bearer token, which no page shows", async () => {
    await sandbox.sendAsDsp(orderOf('signed'));
    await until('the DSP to be told', () => toDsp('signed').length > 0);
    const [created] = pos.received.filter(({ json }) => json.object?.['id'] === 'signed');
    expect(created?.path).toBe('/injected?tenant=7');
    expect(created?.headers['authorization']).toBe('Bearer pos-token-of-mine');
    expect(created?.headers['x-stream-signature']).toBe(sign(created?.text ?? '', POS_SECRET));
    expect(created?.json).toEqual({
      type: 'order.created',
      object: { ...orderOf('signed').order, location_id: 'location-1' },
    });
    const [accepted] = dsp.received.filter(({ json }) => json['order_id'] === 'signed');
    expect(accepted?.headers['stream-webhook-signature']).toBe(sign(accepted?.text ?? '', DSP_SECRET));
    expect(JSON.stringify(await sandbox.state())).not.toContain('pos-token-of-mine');
    expect(sandbox.output()).toContain('set RELAY_URL=http://127.0.0.1:');
  });

  it('the sandbox retries, with growing pauses, what a delivery service did not acknowledge', async () => {
    const answers = [null, { status: 500 }, { status: 302 }, { status: 404 }, { status: 200 }];
    // Orders of other tests may have news meanwhile.
    dspAnswer = (event) => (event['order_id'] === 'dsp-down' ? (answers.shift() ?? null) : { status: 200 });
    await sandbox.sendAsDsp(orderOf('dsp-down'));
    await until('five attempts', () => toDsp('dsp-down').length === 5);
    const attempts = (await sandbox.state()).hops
      .filter(({ order_id, name }) => order_id === 'dsp-down' && name === 'location.order.accept')
      .reverse();
    expect(attempts.map(({ attempt, answer }) => [attempt, answer?.status ?? null])).toEqual([
      [1, null],
      [2, 500],
      [3, 302],
      [4, 404],
      [5, 200],
    ]);
    expect(attempts.map(({ retry_at }) => retry_at !== null)).toEqual([true, true, true, true, false]);
    expect(new Set(toDsp('dsp-down').map((event) => JSON.stringify(event))).size).toBe(1);
  });

  it('the sandbox sends newer messages while older ones wait for their next attempt', async () => {
    await sandbox.sendAsDsp(orderOf('news'));
    await sandbox.orderIn('news', 'accepted');
    await until('the first update', () => toPos('pos-news').length === 1);
    const statuses = (): unknown[] =>
      toPos('pos-news')
        .slice(1)
        .map(({ object }) => object?.['delivery_status']);
    posAnswer = ({ object }) =>
      object?.['delivery_status'] === 'pending' && !statuses().includes('enroute_to_pickup')
        ? { status: 503 }
        : { status: 200 };
    const about = { type: 'any', location_id: 'location-1', order_id: 'news' };
    for (const delivery_status of ['pending', 'enroute_to_pickup']) {
      expect((await sandbox.sendAsDsp({ ...about, delivery_status })).status).toBe(200);
    }
    const arrived = await until('the older one after the newer', () => {
      const now = statuses();
      return Promise.resolve(now.includes('enroute_to_pickup') && now.at(-1) === 'pending' && now);
    });
    expect(arrived[0]).toBe('pending');
    expect(arrived.filter((status) => status !== 'pending')).toEqual(['enroute_to_pickup']);
  });

  it('the sandbox asks a POS again that is down or does not answer, and takes its decision when it comes', async () => {
    const answers = [null, { status: 503 }, { status: 500 }];
    posAnswer = (message) =>
      message.object?.['id'] === 'patient' && answers.length > 0 ? (answers.shift() ?? null) : accept(message);
    await sandbox.sendAsDsp(orderOf('patient'));
    expect(await sandbox.orderIn('patient', 'accepted')).toMatchObject({ provider_id: 'pos-patient' });
    const created = toPos('patient').filter(({ type }) => type === 'order.created');
    expect(created.map((message) => JSON.stringify(message))).toEqual(
      Array.from({ length: 4 }, () => JSON.stringify(created[0])),
    );
  });

  it('the sandbox gives up an order that the POS does not decide about, and informs the delivery service', async () => {
    posAnswer = () => ({ status: 503 });
    await sandbox.sendAsDsp(orderOf('undecided'));
    const early = { type: 'any', location_id: 'location-1', order_id: 'undecided', delivery_status: 'pending' };
    expect((await sandbox.sendAsDsp(early)).status).toBe(409);
    await until('the end of it', () => toDsp('undecided').length > 0);
    expect(toDsp('undecided')).toEqual([
      {
        type: 'location.order.fail',
        location_id: 'location-1',
        order_id: 'undecided',
        failure_reason: 'unknown',
        failure_details: {
          invalid_item_ids: [],
          error_message: 'The POS did not decide about the order in time.',
        },
      },
    ]);
    expect(toPos('undecided').length).toBeGreaterThan(2);
  });

  it.each([
    [{ stockValidation: [{ type: 'item', provider_id: 'v1', quantity: 0 }] }, 'items_unavailable'],
    [{ orderTotalsValidation: [{ posTotal: 1, streamTotal: 2 }] }, 'order_validation_error'],
    [{ orderValidation: [{ order_error: 'pos_offline' }] }, 'restaurant_not_accepting_orders'],
    [{ orderValidation: [{ order_error: 'invalid_cart', order_error_reason: 'no' }] }, 'unknown'],
    [{ unknownValidation: [{}] }, 'unknown'],
  ])('the sandbox treats 400 with %j as a rejection: %s', async (posValidation, reason) => {
    posAnswer = () => ({ status: 400, body: { posValidation } });
    const orderId = `rejected-${JSON.stringify(posValidation).slice(2, 40)}`;
    await sandbox.sendAsDsp(orderOf(orderId));
    await until('the failure', () => toDsp(orderId).length > 0);
    expect(toDsp(orderId).map(({ failure_reason }) => failure_reason)).toEqual([reason]);
    expect(await sandbox.order(orderId)).toMatchObject({ state: 'rejected' });
    expect(toPos(orderId)).toHaveLength(1);
  });
});

describe('ticket-rail sandbox', () => {
  it('ticket-rail sandbox ends with 0 on SIGTERM, whatever is under way', async () => {
    const sandbox = await startSandbox('--rush', '600', '--speed', '60');
    await until('orders to come', async () => (await sandbox.state()).orders.length > 3);
    expect(await sandbox.end()).toBe(0);
  });

  it('ticket-rail sandbox leaves the options of its subcommands to them', async () => {
    let speed: unknown;
    const below = new Command('below').option('--speed <words>').action((options: { speed: string }) => {
      speed = options.speed;
    });
    const program = new Command('program').enablePositionalOptions();
    addSandboxCommand(program).addCommand(below);
    await program.parseAsync(['sandbox', 'below', '--speed', 'as fast as it goes'], { from: 'user' });
    expect(speed).toBe('as fast as it goes');
  });

  it('ticket-rail sandbox refuses what pages of other origins send, also if others can reach it', async () => {
    const secrets = ['--pos-secret', 'pos-secret-of-mine', '--dsp-secret', 'dsp-secret-of-mine'];
    const sandbox = await startSandbox('--host', '0.0.0.0', ...secrets);
    try {
      const submit = async (origin: string) => (await sandbox.post('/sandbox/orders', {}, { Origin: origin })).status;
      expect(await submit('https://evil.example')).toBe(421);
      expect(await submit('null')).toBe(421);
      expect(await submit(sandbox.url)).toBe(200);
      expect((await sandbox.sendAsDsp(orderOf('o1'), 'dsp-secret-of-mine')).status).toBe(200);
      expect((await sandbox.sendAsDsp(orderOf('o1'))).status).toBe(401);
    } finally {
      await sandbox.end('SIGKILL');
    }
  });

  it.each([
    [['--speed', '0'], /--speed.*expected a number from 0\.1 to 3600/s],
    [['--pos-url', 'localhost:8080'], /expected a URL with http or https/],
    [['--menu', '/nowhere.json'], /The menu \/nowhere\.json cannot be used/],
    [['--host', '0.0.0.0'], /give --pos-secret and --dsp-secret of your own/],
  ])('ticket-rail sandbox says what is wrong with %j', async (args, message) => {
    await expect(startSandbox(...args)).rejects.toThrow(message);
  });
});
