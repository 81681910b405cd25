import { streamName } from '../../../../schemas/events/stream-name';
import type {
  EventStore,
  ExpectedRevision,
  Position,
  StreamRevision,
} from '../../../../services/event-store/event-store';
import {
  appended,
  at,
  collect,
  first,
  idsOf,
  newEvent,
  newEvents,
  readIds,
  refusalOf,
  remove,
  streamState,
  untilRevived,
} from './support';

type Answer = { readonly appendedAt: number } | { readonly conflictWith: StreamRevision } | 'deleted';

interface Cell {
  readonly expected: ExpectedRevision;
  readonly append: Answer;
  readonly delete: 'ok' | { readonly conflictWith: StreamRevision } | 'deleted';
}

interface StreamCase {
  readonly state: string;
  readonly prepare: (store: EventStore, stream: string) => Promise<void>;
  readonly cells: readonly Cell[];
}

const LAST = 2;

async function withThreeEvents(store: EventStore, stream: string): Promise<void> {
  await appended(store.append(streamName(stream), newEvents(LAST + 1), 'no_stream'));
}

/** EventStoreDB's expected-revision rules, every cell. */
const STREAM_CASES: readonly StreamCase[] = [
  {
    state: 'a stream that never existed',
    prepare: () => Promise.resolve(),
    cells: [
      { expected: 'any', append: { appendedAt: 0 }, delete: { conflictWith: 'no_stream' } },
      { expected: 'no_stream', append: { appendedAt: 0 }, delete: { conflictWith: 'no_stream' } },
      {
        expected: 'stream_exists',
        append: { conflictWith: 'no_stream' },
        delete: { conflictWith: 'no_stream' },
      },
      { expected: 0, append: { conflictWith: 'no_stream' }, delete: { conflictWith: 'no_stream' } },
      { expected: 7, append: { conflictWith: 'no_stream' }, delete: { conflictWith: 'no_stream' } },
    ],
  },
  {
    state: 'a stream whose last revision is 2',
    prepare: withThreeEvents,
    cells: [
      { expected: 'any', append: { appendedAt: 3 }, delete: 'ok' },
      { expected: 'no_stream', append: { conflictWith: 2 }, delete: { conflictWith: 2 } },
      { expected: 'stream_exists', append: { appendedAt: 3 }, delete: 'ok' },
      { expected: 2, append: { appendedAt: 3 }, delete: 'ok' },
      { expected: 0, append: { conflictWith: 2 }, delete: { conflictWith: 2 } },
      { expected: 1, append: { conflictWith: 2 }, delete: { conflictWith: 2 } },
      { expected: 3, append: { conflictWith: 2 }, delete: { conflictWith: 2 } },
    ],
  },
  {
    state: 'a soft-deleted stream whose last revision was 2',
    prepare: async (store, stream) => {
      await withThreeEvents(store, stream);
      await remove(store, stream, 'soft');
    },
    cells: [
      { expected: 'any', append: { appendedAt: 3 }, delete: 'ok' },
      { expected: 'no_stream', append: { appendedAt: 3 }, delete: 'ok' },
      { expected: 'stream_exists', append: 'deleted', delete: 'deleted' },
      { expected: 2, append: { appendedAt: 3 }, delete: 'ok' },
      { expected: 1, append: { conflictWith: 2 }, delete: { conflictWith: 2 } },
      { expected: 3, append: { conflictWith: 2 }, delete: { conflictWith: 2 } },
    ],
  },
  {
    state: 'a revived stream whose last revision is 3',
    prepare: async (store, stream) => {
      await withThreeEvents(store, stream);
      await remove(store, stream, 'soft');
      await appended(store.append(streamName(stream), newEvents(1), 'no_stream'));
      await untilRevived(store, stream);
    },
    cells: [
      { expected: 'any', append: { appendedAt: 4 }, delete: 'ok' },
      { expected: 'no_stream', append: { conflictWith: 3 }, delete: { conflictWith: 3 } },
      { expected: 'stream_exists', append: { appendedAt: 4 }, delete: 'ok' },
      { expected: 3, append: { appendedAt: 4 }, delete: 'ok' },
      { expected: 2, append: { conflictWith: 3 }, delete: { conflictWith: 3 } },
      { expected: 4, append: { conflictWith: 3 }, delete: { conflictWith: 3 } },
    ],
  },
  {
    state: 'a tombstoned stream',
    prepare: async (store, stream) => {
      await withThreeEvents(store, stream);
      await remove(store, stream, 'tombstone');
    },
    cells: [
      { expected: 'any', append: 'deleted', delete: 'deleted' },
      { expected: 'no_stream', append: 'deleted', delete: 'deleted' },
      { expected: 'stream_exists', append: 'deleted', delete: 'deleted' },
      { expected: 2, append: 'deleted', delete: 'deleted' },
      { expected: 1, append: 'deleted', delete: 'deleted' },
      { expected: 3, append: 'deleted', delete: 'deleted' },
    ],
  },
  {
    state: 'a stream tombstoned after a soft delete',
    prepare: async (store, stream) => {
      await withThreeEvents(store, stream);
      await remove(store, stream, 'soft');
      await remove(store, stream, 'tombstone');
    },
    cells: [
      { expected: 'any', append: 'deleted', delete: 'deleted' },
      { expected: 'no_stream', append: 'deleted', delete: 'deleted' },
      { expected: 2, append: 'deleted', delete: 'deleted' },
    ],
  },
];

const named = (answer: Answer | 'ok'): string => {
  if (typeof answer === 'string') return answer === 'ok' ? 'succeeds' : 'is refused as deleted';
  return 'appendedAt' in answer
    ? `writes revision ${String(answer.appendedAt)}`
    : `conflicts with ${String(answer.conflictWith)}`;
};

/** What an append or a delete expects of its stream, alone and against others. */
export function expectedRevisionContract(current: () => EventStore): void {
  let store: EventStore;
  let stream: string;
  let other: string;
  let serial = 0;
  beforeEach(() => {
    store = current();
    serial += 1;
    stream = `order-${String(serial)}`;
    other = `other-${String(serial)}`;
  });

  describe.each(STREAM_CASES)('$state', ({ state, prepare, cells }) => {
    let begun: Position;

    beforeEach(async () => {
      begun = (await appended(store.append(streamName(other), newEvents(1), 'no_stream'))).position;
      await prepare(store, stream);
    });

    for (const cell of cells) {
      const { expected } = cell;

      it(`an append to ${state} expecting ${String(expected)} ${named(cell.append)}`, async () => {
        const before = await streamState(store, stream);
        const event = newEvent();
        if (cell.append === 'deleted') {
          expect(await refusalOf(store.append(streamName(stream), [event], expected))).toBe('deleted');
        } else if ('conflictWith' in cell.append) {
          const actual = cell.append.conflictWith;
          const result = await store.append(streamName(stream), [event], expected);
          expect(result).toEqual({ kind: 'conflict', stream, expected, actual });
        } else {
          const revision = cell.append.appendedAt;
          const result = await appended(store.append(streamName(stream), [event], expected));
          expect(result.revision).toBe(revision);
          await untilRevived(store, stream);
          const [stored] = await collect(store.readStream(streamName(stream), { from: revision }));
          expect(stored).toMatchObject({ id: event.id, revision, position: result.position });
          return;
        }
        expect(await streamState(store, stream)).toEqual(before);
        expect(idsOf(await collect(store.readAll({ from: begun })))).not.toContain(event.id);
      });

      it.each(['soft', 'tombstone'] as const)(
        `a %s delete of ${state} expecting ${String(expected)} ${named(cell.delete)}`,
        async (mode) => {
          const before = await streamState(store, stream);
          if (cell.delete === 'ok') {
            expect(await store.deleteStream(streamName(stream), expected, mode)).toEqual({ kind: 'deleted' });
            expect(await streamState(store, stream)).toBe(mode === 'soft' ? 'not-found' : 'deleted');
            return;
          }
          if (cell.delete === 'deleted') {
            expect(await refusalOf(store.deleteStream(streamName(stream), expected, mode))).toBe('deleted');
          } else {
            const actual = cell.delete.conflictWith;
            const result = await store.deleteStream(streamName(stream), expected, mode);
            expect(result).toEqual({ kind: 'conflict', stream, expected, actual });
          }
          expect(await streamState(store, stream)).toEqual(before);
        },
      );
    }

    it(`an append to another stream succeeds beside ${state}`, async () => {
      expect((await appended(store.append(streamName(other), newEvents(1), 0))).revision).toBe(1);
    });
  });

  describe('concurrent appends', () => {
    it('two concurrent appends to two new streams both succeed', async () => {
      const results = await Promise.all([
        appended(store.append(streamName(stream), newEvents(1), 'no_stream')),
        appended(store.append(streamName(other), newEvents(1), 'no_stream')),
      ]);
      expect(results.map((result) => result.revision)).toEqual([0, 0]);
      expect(first(results).position).not.toBe(at(results, 1).position);
    });

    it.each(['no_stream', 1] as const)(
      'exactly one of 50 concurrent appends expecting %s succeeds, and the others learn its revision',
      async (expected) => {
        if (expected === 1) await appended(store.append(streamName(stream), newEvents(2), 'no_stream'));
        const events = newEvents(50);
        const results = await Promise.all(events.map((event) => store.append(streamName(stream), [event], expected)));
        const winner = results.findIndex((result) => result.kind === 'appended');
        const revision = expected === 1 ? 2 : 0;
        for (const [index, result] of results.entries()) {
          if (index === winner) expect(result).toMatchObject({ kind: 'appended', revision });
          else expect(result).toEqual({ kind: 'conflict', stream, expected, actual: revision });
        }
        expect((await readIds(store, stream)).slice(revision)).toEqual([at(events, winner).id]);
      },
    );

    it('every revision goes to exactly one of 50 writers who retry until they succeed', async () => {
      const winners: string[] = [];
      const write = async (): Promise<void> => {
        const event = newEvent();
        let expected: ExpectedRevision = 'no_stream';
        for (;;) {
          const result = await store.append(streamName(stream), [event], expected);
          if (result.kind === 'appended') {
            expect(winners[result.revision]).toBeUndefined();
            winners[result.revision] = event.id;
            return;
          }
          expect(result.actual).not.toBe(expected);
          expected = result.actual;
        }
      };
      await Promise.all(Array.from({ length: 50 }, write));
      expect(winners).toHaveLength(50);
      expect(await readIds(store, stream)).toEqual(winners);
    });

    it('concurrent appends expecting any all succeed, without a gap', async () => {
      const events = newEvents(50);
      const results = await Promise.all(
        events.map((event) => appended(store.append(streamName(stream), [event], 'any'))),
      );
      const stored = await collect(store.readStream(streamName(stream)));
      expect(stored.map((event) => event.revision)).toEqual(events.map((_, index) => index));
      for (const [index, result] of results.entries()) {
        expect(at(stored, result.revision)).toMatchObject({ id: at(events, index).id, position: result.position });
      }
    });
  });
}
