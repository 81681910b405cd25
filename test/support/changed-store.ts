import { ORDER_STREAM_PREFIX } from '../../schemas/events/order-events';
import type { EventStore } from '../../services/event-store/event-store';

/** @returns a store that notes the name of each call that goes by the stream of an order. */
export const counting = (store: EventStore, calls: string[]): EventStore =>
  over(store, {
    append: (stream, events, expected) => {
      if (isOrder(stream)) calls.push('append');
      return store.append(stream, events, expected);
    },
    readStream: (stream, options) => {
      if (isOrder(stream)) calls.push('readStream');
      return store.readStream(stream, options);
    },
    lastRevision: (stream) => {
      if (isOrder(stream)) calls.push('lastRevision');
      return store.lastRevision(stream);
    },
  });

const isOrder = (stream: string): boolean => stream.startsWith(ORDER_STREAM_PREFIX);

/** @returns a store that does some things in another way, and everything else as `store` does. */
export const over = (store: EventStore, changed: Partial<EventStore>): EventStore =>
  new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in changed ? changed : target, name);
      return typeof value === 'function' ? (value.bind(name in changed ? changed : target) as unknown) : value;
    },
  });
