import { readerName } from '../../../../schemas/files/reader-name';
import { ActionRequest } from '../../../../schemas/api/actions';
import { eventId } from '../../../../schemas/events/event-id';
import type { Compared } from '../../../../schemas/events/rail-actions';
import type { OrderEvent } from '../../../../schemas/events/order-events';
import { decodeOrderEvent, orderStream } from '../../../../schemas/events/order-events';
import {
  decideAction,
  nothingReadYet,
  type RequestedAction,
  knownAfter,
} from '../../../../services/orders/actions/decide-action';
import type { JsonValue, Position, RecordedEvent } from '../../../../services/event-store/event-store';
import { type DeliveryObject, eventsAt, eventsOf, fold, JANE, JOHN, KEY, says } from '../../../projections/scenario';

const AT = '2026-11-21T18:00:30.000Z';
const handOver = (revision: number, compared: Compared[] = ['plate']): ActionRequest => ({
  type: 'handed_over',
  revision,
  at: AT,
  compared,
});
const press = (request: ActionRequest, by = 'counter 1'): RequestedAction => ({
  request,
  by: readerName(by),
});

const KEY_ID = eventId('id of the key');
const storedAs = (
  event: Pick<OrderEvent, 'type' | 'data' | 'receivedAt'>,
  revision: number,
  id = eventId(String(revision)),
): RecordedEvent => ({
  stream: orderStream(KEY),
  id,
  type: event.type,
  data: event.data as JsonValue,
  metadata: { received_at: event.receivedAt, event_hash: String(revision).padStart(64, '0') },
  revision,
  position: String(revision) as Position,
  created: new Date(0),
});

function decided(request: ActionRequest, events: readonly RecordedEvent[]) {
  const read = events.reduce((before, one) => knownAfter(before, one, request.revision, KEY_ID), nothingReadYet);
  return decideAction(read, press(request));
}

const stream = (...deliveries: readonly DeliveryObject[]) =>
  eventsOf(...deliveries).map((one, index) => storedAs(one, index));
const ASSIGNED = says('in_progress', 'enroute_to_pickup', JANE);
const HERE = says('ready_for_pickup', 'arrived_at_pickup', JANE);
const OTHER = says('in_progress', 'enroute_to_pickup', JOHN);

/** Times that RFC 3339 allows, in years of UTC that it cannot write. */
const TOO_FAR = ['9999-12-31T23:59:59-01:00', '0000-01-01T00:00:00+01:00'];

describe('what a press is to its order', () => {
  it.each(TOO_FAR)('a press at %s is not taken', (at) => {
    const { error } = ActionRequest.safeParse({ ...handOver(1), at });
    expect(error?.issues).toMatchObject([
      { path: ['at'], message: 'expected a time of the years 0000 to 9999 in UTC' },
    ]);
  });

  it.each([
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999Z'],
    ['2026-11-21T19:00:30+01:00', AT],
  ])('a press at %s is recorded as of %s', (at, recorded) => {
    const request = ActionRequest.parse({ ...handOver(1), at });
    expect(decided(request, stream(ASSIGNED, HERE))).toMatchObject({ action: { data: { at: recorded } } });
  });

  it.each(TOO_FAR)('what could not be read again is never appended, as a press at %s', (at) => {
    expect(() => decided({ ...handOver(1), at }, stream(ASSIGNED, HERE))).toThrow('cannot be read again');
  });

  it('a handover is appended after exactly the newest event, with the driver who was on the card', () => {
    expect(decided(handOver(1, ['name', 'plate']), stream(ASSIGNED, HERE))).toEqual({
      kind: 'append',
      expected: 1,
      action: {
        type: 'rail.handed_over',
        data: { by: 'counter 1', at: AT, seen_revision: 1, compared: ['plate', 'name'], driver_revision: 0 },
      },
    });
  });

  it('news that leave the driver as on the card do not stand in its way', () => {
    expect(decided(handOver(0), stream(ASSIGNED, HERE))).toMatchObject({
      kind: 'append',
      action: { data: { driver_revision: 0 } },
    });
  });

  it.each([
    ['another driver is assigned since', [ASSIGNED, HERE, OTHER]],
    ['nobody is assigned any more', [ASSIGNED, HERE, says('in_progress', 'pending')]],
    ['the driver came back after another', [ASSIGNED, HERE, OTHER, ASSIGNED]],
    ['a driver was named only afterwards', [says('in_progress'), says('in_progress', 'pending'), OTHER]],
  ])('a handover is not recorded if %s, and the order as it is now comes back', (_, deliveries) => {
    const answer = decided(handOver(1), stream(...deliveries));
    expect(answer).toMatchObject({
      kind: 'outdated',
      because: 'driver_changed',
      now: { revision: deliveries.length - 1 },
    });
  });

  const CARD = {
    ...JANE,
    phone: { number: '+1 555 0100' },
    vehicle_info: { license_plate: 'AAA 111' },
    passcode: '4711',
  };
  const seenAs = (driver: object) => [says('in_progress', 'enroute_to_pickup', driver)];
  const reportedNow = (driver: object) => says('ready_for_pickup', 'arrived_at_pickup', driver);

  it.each<[string, object]>([
    ['plate', { vehicle_info: { license_plate: 'BBB 222' } }],
    ['phone number', { phone: { number: '+1 555 0199' } }],
    ['passcode', { passcode: '0815' }],
  ])('a handover is not recorded if the driver has another %s than the card showed', (_, details) => {
    const events = stream(...seenAs(CARD), reportedNow({ ...JANE, ...details }));
    expect(fold(events.map((one) => decodeOrderEvent(one)).filter((one) => one !== null)).driver_revision).toBe(0);
    expect(decided(handOver(0), events)).toMatchObject({ kind: 'outdated', because: 'driver_changed' });
    expect(decided(handOver(1), events)).toMatchObject({ kind: 'append' });
  });

  it.each<[string, object, object]>([
    ['is spelled otherwise', CARD, { ...JANE, name: 'JANE  driver', vehicle_info: { license_plate: 'aaa 111' } }],
    ['was not known on the card', JANE, CARD],
    ['is not repeated', CARD, JANE],
    ['is not compared', CARD, { ...JANE, vehicle_info: { color: 'red' } }],
  ])('a handover is recorded if what is known of the driver %s', (_, card, details) => {
    expect(decided(handOver(0), stream(...seenAs(card), reportedNow(details)))).toMatchObject({ kind: 'append' });
  });

  it('what was shown of an order counts for no other order with its number', () => {
    const ended = [0, says('completed', 'completed', JANE)] as const;
    const events = eventsAt(ended, [7, says('in_progress', 'enroute_to_pickup', JANE)]).map((one, index) =>
      storedAs(one, index),
    );
    expect(decided(handOver(0), events)).toMatchObject({ kind: 'outdated', because: 'another_order' });
  });

  it('what was shown before the events that are left is of another order', () => {
    const events = stream(ASSIGNED, HERE).map((one) => ({ ...one, revision: one.revision + 5 }));
    expect(decided(handOver(3), events)).toMatchObject({ kind: 'outdated', because: 'another_order' });
  });

  it('only a canceled order can be acknowledged as such', () => {
    const cancel: ActionRequest = { type: 'acknowledged', revision: 1, at: AT, what: 'cancel' };
    expect(decided(cancel, stream(ASSIGNED, says('merchant_canceled')))).toMatchObject({ kind: 'append' });
    expect(decided(cancel, stream(ASSIGNED, 'order.canceled'))).toMatchObject({ kind: 'append' });
    expect(decided(cancel, stream(ASSIGNED, HERE))).toMatchObject({ kind: 'outdated', because: 'not_canceled' });
    expect(decided(cancel, stream(ASSIGNED, says('merchant_canceled'), OTHER))).toMatchObject({
      because: 'not_canceled',
    });
  });

  it('a driver change is acknowledged for the driver on the card', () => {
    const seen: ActionRequest = { type: 'acknowledged', revision: 1, at: AT, what: 'driver_change' };
    expect(decided(seen, stream(ASSIGNED, OTHER))).toMatchObject({
      kind: 'append',
      action: { data: { driver_revision: 1 } },
    });
    expect(decided(seen, stream(ASSIGNED, OTHER, ASSIGNED))).toMatchObject({
      kind: 'outdated',
      because: 'driver_changed',
    });
  });

  const NOBODY = says('in_progress', 'pending');

  it('nobody is whom the screen showed only if no driver was assigned in between', () => {
    const seen: ActionRequest = { type: 'acknowledged', revision: 1, at: AT, what: 'driver_change' };
    for (const request of [handOver(1), seen]) {
      expect(decided(request, stream(ASSIGNED, NOBODY, says('ready_for_pickup')))).toMatchObject({ kind: 'append' });
      for (const driver of [ASSIGNED, OTHER])
        expect(decided(request, stream(ASSIGNED, NOBODY, driver, NOBODY))).toMatchObject({
          kind: 'outdated',
          because: 'driver_changed',
        });
    }
  });

  it('a cancel is acknowledged only if it is still the one that the screen showed', () => {
    const cancel: ActionRequest = { type: 'acknowledged', revision: 1, at: AT, what: 'cancel' };
    const canceled = says('merchant_canceled');
    expect(decided(cancel, stream(ASSIGNED, canceled, 'order.canceled'))).toMatchObject({ kind: 'append' });
    expect(decided(cancel, stream(ASSIGNED, canceled, OTHER, canceled))).toMatchObject({
      kind: 'outdated',
      because: 'not_canceled',
    });
  });

  it('only what counts can be undone', () => {
    const before = stream(ASSIGNED, HERE);
    const data = { by: null, at: AT, seen_revision: 1, compared: [], driver_revision: 0 };
    const handed = storedAs({ type: 'rail.handed_over', data, receivedAt: AT }, 2);
    const undo = (undone_revision: number): ActionRequest => ({ type: 'undone', revision: 2, at: AT, undone_revision });
    expect(decided(undo(2), [...before, handed])).toMatchObject({ kind: 'append', expected: 2 });
    expect(decided(undo(1), [...before, handed])).toMatchObject({ kind: 'outdated', because: 'not_in_force' });
    const undone = storedAs(
      { type: 'rail.undone', data: { by: null, at: AT, seen_revision: 2, undone_revision: 2 }, receivedAt: AT },
      3,
    );
    expect(decided(undo(2), [...before, handed, undone])).toMatchObject({ kind: 'outdated', because: 'not_in_force' });
    const again = storedAs({ type: 'rail.handed_over', data, receivedAt: AT }, 3);
    expect(decided(undo(2), [...before, handed, again])).toMatchObject({ kind: 'append', expected: 3 });
  });

  it('nothing is done with an order that nothing was reported about, nor with one as it never was', () => {
    expect(decided(handOver(0), [])).toEqual({ kind: 'no_order' });
    expect(decided(handOver(2), stream(ASSIGNED, HERE))).toEqual({ kind: 'no_such_revision' });
  });

  describe('a key that made an event before', () => {
    const data = { by: 'counter 9', at: AT, seen_revision: 1, compared: ['plate'], driver_revision: 0 };
    const before = [...stream(ASSIGNED, HERE), storedAs({ type: 'rail.handed_over', data, receivedAt: AT }, 2, KEY_ID)];

    it('a key that was used is answered as before if the same was pressed, whichever reader sends it and whatever came since', () => {
      const since = stream(ASSIGNED, HERE, OTHER, OTHER).slice(3);
      expect(decided(handOver(1), before)).toEqual({ kind: 'repeat', revision: 2 });
      expect(decided(handOver(1), [...before, ...since])).toEqual({ kind: 'repeat', revision: 2 });
    });

    it.each<[string, ActionRequest]>([
      ['something else was compared', handOver(1, ['name'])],
      ['another revision was shown', handOver(0)],
      ['it was pressed at another time', { ...handOver(1), at: '2026-11-21T18:00:31.000Z' }],
      ['another action was pressed', { type: 'undone', revision: 1, at: AT, undone_revision: 0 }],
    ])('a key that was used is refused if %s', (_, request) => {
      expect(decided(request, before)).toEqual({ kind: 'key_reused' });
    });
  });

  it('an event that is none of ours at the end of a stream is appended after, with its hash', () => {
    const foreign = { ...storedAs({ type: 'order.updated', data: {}, receivedAt: AT }, 2), type: 'note.added' };
    expect(decided(handOver(2), [...stream(ASSIGNED, HERE), foreign])).toMatchObject({ kind: 'append', expected: 2 });
  });
});
