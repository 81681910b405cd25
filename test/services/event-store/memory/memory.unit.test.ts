import { streamName } from '../../../../schemas/events/stream-name';
import { RECENT_EVENTS } from '../../../../services/event-store/append-decision';
import { createMemoryStore } from './memory-store';
import { eventStoreContract } from '../contract';
import { appended, collect, newEvent, newEvents, readIds } from '../contract/support';

eventStoreContract('memory', { open: () => Promise.resolve(createMemoryStore({ now: Date.now })) });

describe('memory event store beyond the port', () => {
  it('the memory store is exclusive', () => {
    expect(createMemoryStore({ now: () => 0 }).exclusive).toBe(true);
  });

  it('the memory store stamps events with its clock, and orders them without it', async () => {
    const times = [2_000, 1_000];
    const store = createMemoryStore({ now: () => times.shift() ?? 0 });
    await appended(store.append(streamName('order-1'), newEvents(2), 'no_stream'));
    await appended(store.append(streamName('order-1'), newEvents(1), 1));
    const stored = await collect(store.readAll());
    expect(stored.map((event) => event.created.getTime())).toEqual([2_000, 2_000, 1_000]);
    expect(stored.map((event) => event.revision)).toEqual([0, 1, 2]);
  });

  it('the memory store recognises a repeat expecting any only among the recent events of the stream', async () => {
    const store = createMemoryStore({ now: () => 0 });
    const event = newEvent();
    await appended(store.append(streamName('order-1'), [event], 'any'));
    await appended(store.append(streamName('order-1'), newEvents(RECENT_EVENTS - 1), 'any'));
    expect((await appended(store.append(streamName('order-1'), [event], 'any'))).revision).toBe(0);
    await appended(store.append(streamName('order-1'), newEvents(1), 'any'));
    expect((await appended(store.append(streamName('order-1'), [event], 'any'))).revision).toBe(RECENT_EVENTS + 1);
    expect((await readIds(store, 'order-1')).filter((id) => id === event.id)).toHaveLength(2);
  });

  it('a subscription to an empty memory store has no position', async () => {
    const store = createMemoryStore({ now: () => 0 });
    const iterator = store.subscribe({ after: 'start' })[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual({ events: [], position: null, caughtUp: true });
    await store.close();
  });
});
