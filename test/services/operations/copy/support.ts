import { streamName } from '../../../../schemas/events/stream-name';
import type { EventStore, NewEvent, RecordedEvent } from '../../../../services/event-store/event-store';
import { newEventId } from '../../../support/new-event-id';
import { createMemoryStore } from '../../event-store/memory/memory-store';
import { seeded } from '../../../faults/load';

/** Stores to copy between, and what is in them. */

export const newEvent = (data: NewEvent['data'] = { text: 'é 😀' }, metadata?: NewEvent['metadata']): NewEvent => ({
  id: newEventId(),
  type: 'order.updated',
  data,
  ...(metadata === undefined ? {} : { metadata }),
});

export async function allOf(store: EventStore): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of store.readAll()) events.push(event);
  return events;
}

/** What a copy keeps: everything but positions, and `created` only if asked for. */
export const kept = (events: readonly RecordedEvent[], withCreated = true) =>
  events.map(({ position: _, created, ...event }) => ({ ...event, ...(withCreated ? { created } : {}) }));

/** A store in memory whose clock the test sets. */
export function memoryStore(start = Date.UTC(2026, 0, 1)) {
  const clock = { at: start };
  const store = createMemoryStore({ now: () => clock.at });
  return {
    store,
    clock,
    asTarget: {
      store,
      setClock: (created: Date) => {
        clock.at = created.getTime();
      },
    },
  };
}

/**
 * Appends events of every kind to many streams, mixed; the clock goes on, and sometimes back.
 * @param atOnce events between two changes of the clock
 */
export async function fill(
  { store, clock }: { readonly store: EventStore; readonly clock: { at: number } },
  events: number,
  streams = 50,
  atOnce = 1,
): Promise<void> {
  const random = seeded(events);
  const heads = new Map<string, number>();
  for (let index = 0; index < events; index++) {
    if (index % atOnce === 0) clock.at += Math.floor(random() * 4) - 1;
    const stream = `order-location:${String(Math.floor(random() * streams))} é`;
    const head = heads.get(stream) ?? -1;
    const data = index % 50 === 0 ? Buffer.from([0, index % 256, 255]) : { index, nested: { b: [1, null], a: 'x' } };
    const metadata = index % 7 === 0 ? undefined : { received_at: new Date(clock.at).toISOString(), 10: 1, 9: 2 };
    await store.append(streamName(stream), [newEvent(data, metadata)], head === -1 ? 'no_stream' : head);
    heads.set(stream, head + 1);
  }
}
