import { Autopilot } from '../../../../services/sandbox/parties/autopilot';
import { createClock } from '../../../../services/sandbox/wire/clock';
import { driversFor } from '../../../../services/sandbox/stories/drivers';
import { Dsp } from '../../../../services/sandbox/parties/dsp';
import { HopLog } from '../../../../services/sandbox/wire/hop-log';
import { ownMenu, readMenu } from '../../../../services/sandbox/stand-in/menu';
import { Outbox } from '../../../../services/sandbox/wire/outbox';
import { type Random, seeded } from '../../../../services/sandbox/wire/random';
import { shippedStories } from '../../../../services/sandbox/stories/scenario-files';
import { ScriptedReports } from '../../../../services/sandbox/stand-in/scripted-reports';
import { StreamStandIn } from '../../../../services/sandbox/stand-in/stream-stand-in';
import { until } from '../../../support/patience';
import { orderOf, type Party, startParty } from '../support';

/** Stories whose messages Stream refuses to take: only what is said to it here reaches it. */

const STORY = 'straight-delivery';
const SEED = 7;

describe('an order whose delivery service is not heard', () => {
  let pos: Party;
  let gate: Party;
  let gateStatus: number;
  let onGate: () => void;
  let random: Random;
  let close: () => void;
  let stream: StreamStandIn;
  let autopilot: Autopilot;
  const errors: unknown[] = [];

  beforeAll(async () => {
    pos = await startParty(({ type, object }) =>
      type === 'order.created'
        ? { status: 200, body: { order: { provider_id: `pos-${String(object?.['id'])}` } } }
        : { status: 200 },
    );
    gate = await startParty(() => {
      onGate();
      return { status: gateStatus };
    });
    // So slow that no step comes by itself.
    const clock = createClock(0.1, Date.now);
    const onError = (error: unknown): void => void errors.push(error);
    const hops = new HopLog(Date.now, () => undefined);
    const outbox = new Outbox({ clock, random: seeded(1), hops, onError });
    const scriptedReports = new ScriptedReports();
    const dsp = new Dsp({ orderUrl: gate.url, secret: 'dsp-secret' });
    stream = new StreamStandIn({
      menu: readMenu(ownMenu()),
      locations: new Set(['location-1']),
      clock,
      outbox,
      scriptedReports,
      pos: { url: pos.url, secret: 'pos-secret', bearer: null },
      dsp: { url: pos.url, secret: 'dsp-secret' },
      onChange: ({ order, state }, before) => {
        if (state === 'accepted' && before?.state === 'submitted') autopilot.begin(order.id);
      },
      onForgotten: () => undefined,
    });
    const draws: Random = {
      fraction: () => random.fraction(),
      int: (least, most) => random.int(least, most),
      chance: (probability) => random.chance(probability),
      pick: (items) => random.pick(items),
      fork: () => random.fork(),
    };
    autopilot = new Autopilot({
      clock,
      random: draws,
      dsp,
      stream,
      scriptedReports,
      onChange: () => undefined,
      onError,
    });
    close = () => {
      clock.stop();
      outbox.close();
      dsp.close();
    };
  });
  beforeEach(() => {
    gateStatus = 503;
    onGate = () => undefined;
    random = seeded(SEED);
  });
  afterAll(async () => {
    close();
    await Promise.all([pos.close(), gate.close()]);
    expect(errors).toEqual([]);
  });

  const accepted = async (orderId: string): Promise<void> => {
    const story = shippedStories().find(({ name }) => name === STORY);
    if (story === undefined) throw new Error(`there is no ${STORY}`);
    autopilot.assign(orderId, story);
    expect(stream.receive({ kind: 'new-order', body: orderOf(orderId) })).toMatchObject({ kind: 'taken' });
    await until(`${orderId} to be accepted`, () => stream.find(orderId)?.state === 'accepted');
  };
  const report = (orderId: string): void => {
    const about = { type: 'any', location_id: 'location-1', order_id: orderId };
    const driver_details = driversFor(seeded(SEED)).first;
    const body = { ...about, delivery_status: 'enroute_to_pickup', driver_details };
    expect(stream.receive({ kind: 'delivery-report', body })).toMatchObject({ kind: 'taken' });
  };

  it('an order keeps its story if Stream refuses the cancellation', async () => {
    await accepted('uncanceled');
    const next = autopilot.nextStepAt('uncanceled');
    expect(await autopilot.act('uncanceled', 'cancel-by-dsp')).toEqual({
      kind: 'impossible',
      why: 'Stream answered 503.',
    });
    expect(stream.find('uncanceled')?.state).toBe('accepted');
    expect([typeof next, autopilot.nextStepAt('uncanceled')]).toEqual(['number', next]);
  });

  it('an order loses its story if Stream accepted the cancellation, but the answer got lost', async () => {
    await accepted('canceled');
    onGate = () => {
      const body = { type: 'any', location_id: 'location-1', order_id: 'canceled' };
      stream.receive({ kind: 'cancel-order', body });
    };
    expect((await autopilot.act('canceled', 'cancel-by-dsp')).kind).toBe('impossible');
    expect(stream.find('canceled')?.state).toBe('canceled');
    expect(autopilot.nextStepAt('canceled')).toBeNull();
  });

  it('an order does not end if Stream refuses the report of its failure', async () => {
    await accepted('unfailed');
    report('unfailed');
    expect((await autopilot.act('unfailed', 'fail')).kind).toBe('impossible');
    expect(stream.find('unfailed')).toMatchObject({ state: 'accepted', status: 'in_progress' });
    expect(autopilot.nextStepAt('unfailed')).not.toBeNull();
  });

  it('a step that Stream refused is sent again', async () => {
    await accepted('again');
    const before = gate.received.length;
    expect(await autopilot.act('again', 'step')).toEqual({ kind: 'done' });
    expect(await autopilot.act('again', 'step')).toEqual({ kind: 'done' });
    const [first, second] = gate.received.slice(before).map(({ json }) => json);
    expect(second).toEqual(first);
  });

  it('the action reassign brings another driver, never one of the same name', async () => {
    await accepted('reassigned');
    report('reassigned');
    const { name } = driversFor(seeded(SEED)).first;
    expect(stream.find('reassigned')?.driver?.name).toBe(name);
    gateStatus = 200;
    random = seeded(SEED); // which draws the same person first
    expect(await autopilot.act('reassigned', 'reassign')).toEqual({ kind: 'done' });
    const last = gate.received.findLast(({ json }) => json['order_id'] === 'reassigned');
    const next = last?.json['driver_details'] as { readonly name: string };
    expect(next.name).not.toBe(name);
  });
});
