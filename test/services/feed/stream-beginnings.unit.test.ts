import { orderStream } from '../../../schemas/events/order-events';
import { orderKey } from '../../../schemas/order-key';
import type { EventStore, RecordedEvent } from '../../../services/event-store/event-store';
import { readOne } from '../../../services/event-store/reads';
import { StreamBeginnings } from '../../../services/feed/stream-beginnings';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { report } from './support';

const KEY = orderKey('north', 'a');
const STREAM = orderStream(KEY);
const HOUR_MS = 3_600_000;

let clock: number;
let store: EventStore;
let reads: number;
/** How many more reads find no stream. */
let late: number;
let beginnings: StreamBeginnings;
beforeEach(() => {
  clock = Date.UTC(2026, 10, 30);
  store = createMemoryStore({ now: () => clock });
  [reads, late] = [0, 0];
  const watched: Pick<EventStore, 'readStream'> = {
    readStream: (stream, options) => {
      reads++;
      return late-- > 0
        ? store.readStream(orderStream(orderKey('nowhere', '')), options)
        : store.readStream(stream, options);
    },
  };
  beginnings = new StreamBeginnings(watched, () => clock);
});

async function reported(): Promise<RecordedEvent> {
  await report(store, KEY, { at: clock });
  const event = await readOne(store, STREAM, { direction: 'backwards' });
  if (event === null) throw new Error('it was not appended');
  return event;
}

it('the events of a deleted stream are gone, which one read shows for all of them', async () => {
  const events = [await reported(), await reported()];
  await store.deleteStream(STREAM, 1, 'soft');
  clock += HOUR_MS;
  for (const event of events) expect(await beginnings.isGone(event)).toBe(true);
  expect(reads).toBe(1);
});

it('an event of a stream that was deleted before is not gone, although its stream was remembered as gone', async () => {
  const before = await reported();
  await store.deleteStream(STREAM, 0, 'soft');
  clock += HOUR_MS;
  expect(await beginnings.isGone(before)).toBe(true);
  const again = await reported();
  expect(await beginnings.isGone(again)).toBe(false);
  expect(await beginnings.isGone(before)).toBe(true);
});

it('an event that has just come is not gone, although its stream reads as not there for a moment', async () => {
  const event = await reported();
  late = 3;
  expect(await beginnings.isGone(event)).toBe(false);
  expect(reads).toBe(4);
});

it('an event that has just come is gone if its stream stays away, and is not looked for for ever', async () => {
  const event = await reported();
  await store.deleteStream(STREAM, 0, 'soft');
  expect(await beginnings.isGone(event)).toBe(true);
  expect(reads).toBeLessThan(100);
});
