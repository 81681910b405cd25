import { eventId } from '../../../../schemas/events/event-id';
import { orderStream } from '../../../../schemas/events/order-events';
import { orderKey } from '../../../../schemas/order-key';
import { StreamHeads } from '../../../../services/audit/chain/stream-heads';
import { verifyEvent } from '../../../../services/audit/chain/verify-event';
import type { JsonValue, Position, RecordedEvent } from '../../../../services/event-store/event-store';
import { contentHash, sealEvent } from '../../../../services/event-store/seal/seal';

/** What holds of the event of an action, by itself; in files and stores it is in actions.int.test.ts. */

const STREAM = orderStream(orderKey('here', 'o'));
const GOOD = {
  by: 'counter 2',
  at: '2026-11-21T18:00:30.000Z',
  seen_revision: 0,
  compared: ['plate'],
  driver_revision: 0,
};

function recorded(data: JsonValue, sealed = true): RecordedEvent {
  const type = 'rail.handed_over';
  const content_hash = contentHash({ type, object: data });
  const event = sealEvent(
    STREAM,
    { id: eventId('id'), type, data, metadata: { schema_version: 1, content_hash } },
    null,
  );
  return {
    ...event,
    ...(sealed ? {} : { metadata: { schema_version: 1 } }),
    stream: STREAM,
    revision: 0,
    position: '1' as Position, // the first
    created: new Date(0),
  };
}

const faultsOf = (event: RecordedEvent) =>
  verifyEvent(event, new StreamHeads(0), { withheld: false, gaps: false }).faults;

describe('an action that is verified', () => {
  it('an action as this service writes it has no fault', () => {
    expect(faultsOf(recorded(GOOD))).toEqual([]);
  });

  it.each<[string, JsonValue]>([
    ['with a member more', { ...GOOD, name: 'Ana S.' }],
    ['without the driver', { by: null, at: GOOD.at, seen_revision: 0, compared: [] }],
    ['of nothing', {}],
  ])('an action %s is a fault, however well it is sealed', (_, data) => {
    expect(faultsOf(recorded(data))).toEqual([{ code: 'form', detail: 'the data are not those of rail.handed_over' }]);
  });

  it('an action without hashes is a fault: no version wrote one', () => {
    expect(faultsOf(recorded(GOOD, false)).map(({ code }) => code)).toEqual(['unsealed']);
  });
});
