import fc from 'fast-check';
import { orderKey } from '../../../../schemas/order-key';
import { decideRetention, nothingRead, replayAfter } from '../../../../services/operations/retention/decide';

const CUTOFF = Date.UTC(2026, 5, 1);
const at = (days: number): string => new Date(CUTOFF + days * 86_400_000).toISOString();

interface StoredEvent {
  readonly status?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly type?: string;
  readonly days: number;
}
const KEY = orderKey('l', 'o');
const replay = (...events: readonly StoredEvent[]) =>
  events.reduce(
    (before, { status = 'completed', type = 'order.updated', data = { ...KEY, status }, days }, revision) =>
      replayAfter(KEY, before, {
        type,
        data,
        metadata: { received_at: at(days) },
        revision,
        created: new Date(0),
      }),
    nothingRead,
  );

const HANDED_OVER = {
  type: 'rail.handed_over',
  data: { by: null, at: at(-2), seen_revision: 0, compared: ['plate'], driver_revision: null },
};

describe('the decision on retention', () => {
  it.each<[string, readonly StoredEvent[], number | null]>([
    [
      'an order that is finished and older than the limit is deleted at its newest revision',
      [{ status: 'in_progress', days: -3 }, { days: -2 }],
      1,
    ],
    [
      'an order that is canceled and older than the limit is deleted',
      [
        { status: 'in_progress', days: -3 },
        { type: 'order.canceled', days: -2 },
      ],
      1,
    ],
    ['an order that finished exactly at the limit is kept', [{ days: 0 }], null],
    ['an order that finished after the limit is kept', [{ days: -3 }, { status: 'failed', days: 1 }], null],
    ['an order that is not finished is kept however old it is', [{ status: 'in_progress', days: -30_000 }], null],
    ['an order that was handed over is deleted with that', [{ days: -3 }, { ...HANDED_OVER, days: -2 }], 1],
    ['an order that was handed over after the limit is kept', [{ days: -3 }, { ...HANDED_OVER, days: 1 }], null],
    [
      'an order with an action that is not as ours are is kept',
      [{ days: -3 }, { type: 'rail.handed_over', data: {}, days: -2 }],
      null,
    ],
    ['an order with an event that is not ours is kept', [{ days: -3 }, { type: 'note', days: -3 }], null],
    [
      'an order whose last event has an earlier time than another, by a clock that jumped, goes by the later time',
      [{ days: 1 }, { days: -9 }],
      null,
    ],
    ['an order without events is kept', [], null],
  ])('%s', (_, events, expected) => {
    expect(decideRetention(replay(...events), CUTOFF)).toEqual(
      expected === null ? { kind: 'keep' } : { kind: 'delete', expected },
    );
  });

  it('an order whose time cannot be read is kept', () => {
    const seen = replayAfter(KEY, nothingRead, {
      type: 'order.updated',
      data: { status: 'completed' },
      metadata: { received_at: 'yesterday' },
      revision: 0,
      created: new Date(0),
    });
    expect(decideRetention(seen, CUTOFF)).toEqual({ kind: 'keep' });
  });

  it('an order is deleted only if it is finished and none of its events is newer, whatever the events say', () => {
    const event = fc.record({
      status: fc.constantFrom('in_progress', 'completed', 'failed', 'out_for_delivery', 'strange'),
      days: fc.integer({ min: -10, max: 10 }),
    });
    fc.assert(
      fc.property(fc.array(event, { minLength: 1 }), (events) => {
        const decision = decideRetention(replay(...events), CUTOFF);
        const isOld = events.every(({ days }) => days < 0);
        const isFinished = ['completed', 'failed'].includes(replay(...events).state.stage);
        expect(decision.kind).toBe(isOld && isFinished ? 'delete' : 'keep');
      }),
    );
  });
});
