import fc from 'fast-check';
import { orderId } from '../../../schemas/order-key';
import { MAX_RECEIPTS, MAX_SCREEN_NAME } from '../../../schemas/api/screen-limits';
import { DisplayReceipt, ScreenName } from '../../../schemas/api/screen-reports';
import {
  GATHER_MS,
  isDue,
  isNew,
  LEAST_INTERVAL_MS,
  MAX_PENDING,
  MAX_REMEMBERED,
  nameToSet,
  nextOf,
  noReceipts,
  MOST_WAIT_MS,
  type Painted,
  type Pending,
  receiptAt,
  type Receipts,
  viewOf,
  withPainted,
  withReported,
} from '../../../services/screens/browser/reports/model/receipts';
import { anyCharacter } from '../../support/any-character';

const NOW = Date.parse('2026-11-21T18:04:05.678Z');
/** Milliseconds of the monotonic clock. */
const AT = 5_000.25;
const tile = (order: string, revision: number): Painted => ({ order_id: orderId(order), revision, shown: 'tile' });
const many = (count: number): readonly Painted[] => Array.from({ length: count }, (_, n) => tile(String(n), 0));

describe('what a screen has to report', () => {
  it('what was painted has one receipt for each order, revision and part, with the time of the first', () => {
    const once = withPainted(noReceipts, [tile('a', 0)], AT);
    expect(once.pending).toEqual([{ order_id: 'a', revision: 0, shown: 'tile', paintedAt: AT }]);
    expect(withPainted(once, [tile('a', 0)], AT + 1)).toBe(once);
    const more = withPainted(once, [tile('a', 1), { ...tile('a', 1), shown: 'card' }, tile('b', 0)], AT + 2);
    expect(more.pending.map(({ order_id, revision, shown }) => [order_id, revision, shown])).toEqual([
      ['a', 0, 'tile'],
      ['a', 1, 'tile'],
      ['a', 1, 'card'],
      ['b', 0, 'tile'],
    ]);
  });

  it('a report has only so many receipts, and the rest is in the next', () => {
    const receipts = withPainted(noReceipts, many(MAX_RECEIPTS + 3), AT);
    const first = nextOf(receipts);
    expect(first).toHaveLength(MAX_RECEIPTS);
    const left = withReported(receipts, first);
    expect(nextOf(left).map(({ order_id }) => order_id)).toEqual(['50', '51', '52']);
    expect(withReported(left, nextOf(left)).pending).toEqual([]);
  });

  it('what was reported is not reported again while it is remembered', () => {
    const receipts = withPainted(noReceipts, [tile('a', 0)], AT);
    const reported = withReported(receipts, nextOf(receipts));
    expect(isNew(reported, tile('a', 0))).toBe(false);
    expect(withPainted(reported, [tile('a', 0)], AT + 1)).toBe(reported);
  });

  it('a screen that cannot report keeps only so many receipts, and takes up the others once there is room', () => {
    const full = withPainted(noReceipts, many(MAX_PENDING + 1), AT);
    expect(full.pending).toHaveLength(MAX_PENDING);
    expect(isNew(full, tile(String(MAX_PENDING), 0))).toBe(true);
    const room = withReported(full, nextOf(full));
    expect(withPainted(room, many(MAX_PENDING + 1), AT + 1).pending).toHaveLength(MAX_PENDING - MAX_RECEIPTS + 1);
  });

  it('however much is painted, only so much is remembered', () => {
    let receipts: Receipts = noReceipts;
    const all = many(MAX_REMEMBERED + 10);
    for (let n = 0; n < all.length; n += MAX_PENDING) {
      receipts = withPainted(receipts, all.slice(n, n + MAX_PENDING), AT);
      receipts = { ...receipts, pending: [] };
    }
    expect(receipts.painted.size).toBe(MAX_REMEMBERED);
    expect(isNew(receipts, tile('0', 0))).toBe(true);
    expect(isNew(receipts, tile(String(MAX_REMEMBERED + 9), 0))).toBe(false);
  });

  it('each painted part is reported exactly once, however paints and reports come', () => {
    const paint = fc.record({ order: fc.constantFrom('a', 'b', 'c'), revision: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(fc.oneof(paint, fc.constant('report' as const))), (steps) => {
        let receipts: Receipts = noReceipts;
        const newest = new Map<string, number>();
        const reported: Pending[] = [];
        const expected: string[] = [];
        for (const step of steps) {
          if (step === 'report') {
            const next = nextOf(receipts);
            reported.push(...next);
            receipts = withReported(receipts, next);
            continue;
          }
          if (newest.get(step.order) !== step.revision) expected.push(`${step.order} ${String(step.revision)}`);
          newest.set(step.order, step.revision);
          receipts = withPainted(receipts, [tile(step.order, step.revision)], AT);
        }
        reported.push(...receipts.pending);
        expect(reported.map(({ order_id, revision }) => `${order_id} ${String(revision)}`)).toEqual(expected);
        for (const one of reported) expect(DisplayReceipt.safeParse(receiptAt(one, NOW, AT + 9)).success).toBe(true);
      }),
    );
  });

  it('a report is due at first, each 10 seconds, a second after the last where the view is another or a report is full, and 3 where something was painted', () => {
    const painted = withPainted(noReceipts, [tile('a', 0)], AT);
    expect(isDue(noReceipts, null, false, 0)).toBe(true);
    expect(isDue(noReceipts, 9_999, false, 0)).toBe(false);
    expect(isDue(noReceipts, 10_000, false, 0)).toBe(true);
    expect(isDue(painted, LEAST_INTERVAL_MS - 1, true, 0)).toBe(false);
    expect(isDue(painted, LEAST_INTERVAL_MS, true, 0)).toBe(true);
    expect(isDue(painted, GATHER_MS - 1, false, 0)).toBe(false);
    expect(isDue(painted, GATHER_MS, false, 0)).toBe(true);
    const full = withPainted(noReceipts, many(MAX_RECEIPTS), AT);
    expect(isDue(full, LEAST_INTERVAL_MS - 1, false, 0)).toBe(false);
    expect(isDue(full, LEAST_INTERVAL_MS, false, 0)).toBe(true);
    expect(isDue(noReceipts, LEAST_INTERVAL_MS, true, 0)).toBe(true);
  });

  it.each([
    [1, 10_000],
    [2, 20_000],
    [3, 40_000],
    [4, MOST_WAIT_MS],
    [50, MOST_WAIT_MS],
  ])(
    'after %d reports that were not taken the next one is due in %d ms, whatever there is to say',
    (failures, wait) => {
      const painted = withPainted(noReceipts, [tile('a', 0)], AT);
      expect(isDue(painted, wait - 1, true, failures)).toBe(false);
      expect(isDue(painted, wait, false, failures)).toBe(true);
    },
  );

  it('a clock that is set after painting does not change how long ago it was', () => {
    const [painted] = withPainted(noReceipts, [tile('a', 0)], AT).pending;
    if (painted === undefined) throw new Error('there is one');
    expect(receiptAt(painted, NOW, AT + 3_000)).toEqual({
      order_id: 'a',
      revision: 0,
      shown: 'tile',
      at: new Date(NOW - 3_000).toISOString(),
    });
    expect(receiptAt(painted, 1_000, AT + 3_000).at).toBe('1970-01-01T00:00:00.000Z');
  });

  it('a screen says how fresh it is with the position of its newest event, and nothing of the past', () => {
    expect(viewOf({ kind: 'live', ageMs: 12.6 }, '1024-0a1b2c3d')).toEqual({
      freshness: 'live',
      age_ms: 13,
      position: '1024',
    });
    expect(viewOf({ kind: 'stale', cause: 'offline', ageMs: null }, null)).toEqual({
      freshness: 'stale',
      age_ms: null,
      position: null,
    });
    expect(viewOf({ kind: 'replay', asOf: '18:04:05' }, '1-0a1b2c3d')).toBeNull();
  });

  it('whatever somebody types is a name that a report may have, or none', () => {
    expect(nameToSet('  counter 2 ')).toBe('counter 2');
    fc.assert(
      fc.property(fc.array(anyCharacter, { maxLength: 3 * MAX_SCREEN_NAME }), (characters) => {
        const name = nameToSet(characters.join(''));
        expect(name === '' || ScreenName.safeParse(name).success).toBe(true);
        expect(nameToSet(name)).toBe(name);
      }),
    );
  });
});
