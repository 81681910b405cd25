import { readerName } from '../../../schemas/files/reader-name';
import type { Order } from '../../../schemas/api/order-view';
import {
  mustAcknowledgeCancel,
  mustAcknowledgeDriver,
  noMarks,
} from '../../../services/screens/browser/board/model/handoff/acknowledgements';
import {
  canHandOver,
  comparableOn,
  handoverOf,
  MOST_PRESSES,
  type Press,
  parsePresses,
  withoutPress,
  withPress,
} from '../../../services/screens/browser/board/model/handoff/presses';
import { at, NOON, order } from '../shared/orders';

const ID = order().order_id;
const done = { by: readerName('counter 2'), at: at(NOON), received_at: at(NOON), driver_revision: 0, revision: 2 };
const handedOver = { ...done, compared: [] };
const press = (request: Press['request'], key = 'k'): Press => ({ key, orderId: ID, request });
const pressed = { revision: 1, at: at(NOON) };
const handOver = press({ type: 'handed_over', ...pressed, compared: [] });
const undo = press({ type: 'undone', ...pressed, undone_revision: 2 }, 'u');
const words = (one: Order, presses: readonly Press[] = []) => handoverOf(one, presses, new Set(), '24')?.words;

describe('what was pressed on a board', () => {
  it('a handover says when and by whom, and one that waits says that it waits', () => {
    expect(words(order())).toBeUndefined();
    expect(words(order({ handed_over: handedOver }))).toMatch(/^Handed over \d\d:\d\d · counter 2$/);
    expect(words(order({ handed_over: { ...handedOver, by: null } }))).toMatch(/^Handed over \d\d:\d\d$/);
    expect(words(order(), [handOver])).toMatch(/^Handed over \d\d:\d\d · not recorded yet$/);
    expect(words(order({ handed_over: handedOver }), [undo])).toBeUndefined();
    expect(words(order({ handed_over: handedOver }), [{ ...undo, orderId: 'other' }])).toContain('counter 2');
  });

  it('a press that was never sent can be undone, and one that may have arrived once that is known', () => {
    const canUndo = (unsent: readonly string[]) => handoverOf(order(), [handOver], new Set(unsent), '24')?.canUndo;
    expect([canUndo(['k']), canUndo([]), canUndo(['other'])]).toEqual([true, false, false]);
    expect(handoverOf(order({ handed_over: handedOver }), [], new Set(), '24')?.canUndo).toBe(true);
  });

  it('an order can be handed over until it is over, and again if another driver has it', () => {
    for (const stage of ['preparing', 'ready', 'driver_here', 'on_the_way', 'needs_action'] as const)
      expect(canHandOver(order({ stage }), null)).toBe(true);
    for (const stage of ['completed', 'canceled', 'failed', 'returned', 'coming_back'] as const)
      expect(canHandOver(order({ stage }), null)).toBe(false);
    const recorded = { words: 'Handed over', waits: false, canUndo: true };
    expect(canHandOver(order(), recorded)).toBe(false);
    expect(canHandOver(order({ attention: ['handed_over_to_another'] }), recorded)).toBe(true);
    expect(canHandOver(order({ attention: ['handed_over_to_another'] }), { ...recorded, waits: true })).toBe(false);
  });

  it('what can be compared is what the card shows: the passcode only while the driver is here', () => {
    const driver_details = { name: 'Ana S.', passcode: '4711', vehicle_info: { license_plate: 'ABC 123' } };
    expect(comparableOn(order({ driver_details }))).toEqual(['plate', 'number', 'name']);
    expect(comparableOn(order({ driver_details, stage: 'driver_here' }))).toEqual([
      'passcode',
      'plate',
      'number',
      'name',
    ]);
    expect(comparableOn(order())).toEqual(['number']);
  });

  it('presses that are kept are read again, and nothing else is', () => {
    const kept = withPress(withPress([], handOver), undo);
    expect(parsePresses(JSON.stringify(kept))).toEqual([handOver, undo]);
    expect(withPress(kept, handOver)).toBe(kept);
    expect(withoutPress(kept, 'k')).toEqual([undo]);
    for (const text of [null, 'no JSON', '{}', '[1,null,{"key":1}]']) expect(parsePresses(text)).toEqual([]);
    const many = Array.from({ length: MOST_PRESSES }, (_, n) => ({ ...handOver, key: String(n) }));
    expect(withPress(many, undo)).toBe(many);
  });

  it('what somebody acknowledged for all needs no acknowledgement here', () => {
    const canceled = order({ stage: 'canceled', status: 'merchant_canceled' });
    const changed = order({ attention: ['driver_changed'] });
    expect([mustAcknowledgeCancel(canceled, noMarks), mustAcknowledgeDriver(changed, noMarks)]).toEqual([true, true]);
    const cancel = { ...canceled, acknowledged: { cancel: done, driver_change: null } };
    const driver = { ...changed, acknowledged: { cancel: null, driver_change: done } };
    expect([mustAcknowledgeCancel(cancel, noMarks), mustAcknowledgeDriver(driver, noMarks)]).toEqual([false, false]);
  });
});
