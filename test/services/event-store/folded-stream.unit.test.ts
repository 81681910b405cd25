import fc from 'fast-check';
import { streamName } from '../../../schemas/events/stream-name';
import { FoldedStream } from '../../../services/event-store/folded-stream';
import { newEventId } from '../../support/new-event-id';
import { createMemoryStore } from './memory/memory-store';

const STREAM = streamName('counted');

it('a folded stream has each event once and in order, however often and at once it is refreshed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { maxLength: 8 }), async (appends) => {
      const store = createMemoryStore({ now: Date.now });
      const initial: readonly number[] = [];
      const folded = new FoldedStream(store, STREAM, initial, (seen, { revision }) => [...seen, revision]);
      expect([folded.known, folded.newestRevision]).toEqual([[], -1]);
      let count = 0;
      for (const many of appends) {
        for (let one = 0; one < many; one++) {
          await store.append(STREAM, [{ id: newEventId(), type: 'counted', data: count++ }], 'any');
        }
        const expected = Array.from({ length: count }, (_, revision) => revision);
        expect(await Promise.all([folded.refresh(), folded.refresh()])).toEqual([expected, expected]);
        expect([folded.known, folded.newestRevision]).toEqual([expected, count - 1]);
      }
      await store.close();
    }),
  );
});

it('a folded stream that could not be read is read on from where it was', async () => {
  const store = createMemoryStore({ now: Date.now });
  let isAway = false;
  const source: Pick<typeof store, 'readStream'> = {
    readStream: (...args) => {
      if (isAway) throw new Error('away');
      return store.readStream(...args);
    },
  };
  const folded = new FoldedStream(source, STREAM, 0, (count) => count + 1);
  const append = () => store.append(STREAM, [{ id: newEventId(), type: 'counted', data: null }], 'any');
  await append();
  expect(await folded.refresh()).toBe(1);
  await append();
  isAway = true;
  await expect(folded.refresh()).rejects.toThrow('away');
  isAway = false;
  expect(await folded.refresh()).toBe(2);
  await store.close();
});
