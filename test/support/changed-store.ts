import type { EventStore } from '../../services/event-store/event-store';

/** @returns a store that does some things in another way, and everything else as `store` does. */
export const over = (store: EventStore, changed: Partial<EventStore>): EventStore =>
  new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in changed ? changed : target, name);
      return typeof value === 'function' ? (value.bind(name in changed ? changed : target) as unknown) : value;
    },
  });
