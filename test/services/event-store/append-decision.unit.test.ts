import { eventId } from '../../../schemas/events/event-id';
import {
  decideAppend,
  decideDelete,
  type AppendDecision,
  type StreamView,
} from '../../../services/event-store/append-decision';
import type { ExpectedRevision } from '../../../services/event-store/event-store';

interface Stored {
  readonly view: StreamView;
  /** Every question that cost a look into storage. */
  readonly asked: string[];
}

function stored(texts: readonly string[], deleted: StreamView['deleted'] = null): Stored {
  const asked: string[] = [];
  const ids = texts.map((text) => eventId(text));
  return {
    asked,
    view: {
      nextRevision: ids.length,
      deleted,
      idAt: (revision) => {
        asked.push(`id at ${String(revision)}`);
        return ids[revision];
      },
      recentRevision: (id) => {
        asked.push(`recent ${id}`);
        const revision = ids.lastIndexOf(id);
        return revision === -1 ? undefined : revision;
      },
    },
  };
}

const events = (ids: string) => Array.from(ids, (id) => ({ id: eventId(id) }));

const write = (first: number): AppendDecision => ({ kind: 'write', first });
const repeat = (last: number): AppendDecision => ({ kind: 'stored', last });
const conflict = (actual: number): AppendDecision => ({ kind: 'conflict', actual });

describe('decision of an append', () => {
  // The sequences of EventStoreDB's own idempotency tests. A letter is an event id; the first column is what is stored.
  it.each<[string, string, ExpectedRevision, AppendDecision]>([
    ['abcdef', 'a', 'no_stream', repeat(0)],
    ['abcdef', 'a', 'any', repeat(0)],
    ['abcdef', 'a', 5, write(6)],
    ['abcdef', 'a', 6, conflict(5)],
    ['abcdef', 'a', 4, conflict(5)],
    ['a', 'a', 0, write(1)],
    ['a', 'a', 'any', repeat(0)],
    ['a', 'a', 'no_stream', repeat(0)],
    ['abc', 'b', 'any', repeat(1)],
    ['abc', 'b', 0, repeat(1)],
    ['ab', 'a', 'no_stream', repeat(0)],
    ['ab', 'a', 'any', repeat(0)],
    ['ab', 'b', 0, repeat(1)],
    ['ab', 'b', 'any', repeat(1)],
    ['ab', 'abc', 'no_stream', conflict(1)],
    ['ab', 'abc', 'any', conflict(1)],
    ['ab', 'cab', 'any', write(2)],
    ['ab', 'ab', 'stream_exists', repeat(1)],
    ['aa', 'a', 'any', repeat(1)],
    ['aa', 'aa', 'no_stream', repeat(1)],
  ])(
    'an append is decided as EventStoreDB does: %s is stored and %s is appended expecting %s',
    (ids, appended, expected, decision) => {
      expect(decideAppend(stored(Array.from(ids)).view, expected, events(appended))).toEqual(decision);
    },
  );

  it.each<[string, Stored, ExpectedRevision]>([
    ['starts a stream', stored([]), 'no_stream'],
    ['starts a stream with any', stored([]), 'any'],
    ['continues a stream', stored(['x', 'y']), 1],
    ['is ahead of its stream', stored(['x', 'y']), 7],
    ['revives a stream at its end', stored(['x', 'y'], 'soft'), 1],
    ['meets a tombstone', stored(['x', 'y'], 'tombstone'), 'any'],
    ['needs a stream that does not exist', stored([]), 'stream_exists'],
    ['needs a stream that was deleted', stored(['x'], 'soft'), 'stream_exists'],
  ])('the decision of an append looks at no id when the append %s', (_, { view, asked }, expected) => {
    decideAppend(view, expected, events('ab'));
    expect(asked).toEqual([]);
  });

  it('the decision of an append looks at ids in order, up to the first difference or the end', () => {
    const differs = stored(['a', 'b', 'x', 'd', 'e']);
    decideAppend(differs.view, 'no_stream', events('abcde'));
    expect(differs.asked).toEqual(['id at 0', 'id at 1', 'id at 2']);
    const longer = stored(['a', 'b']);
    decideAppend(longer.view, 0, events('bcd'));
    expect(longer.asked).toEqual(['id at 1']);
    const unknown = stored(['a', 'b']);
    decideAppend(unknown.view, 'any', events('xab'));
    expect(unknown.asked).toEqual(['recent x']);
  });

  it('the decision of an append treats an id that storage no longer knows as different', () => {
    const view: StreamView = { ...stored(['a', 'b']).view, idAt: () => undefined };
    expect(decideAppend(view, 'no_stream', events('a'))).toEqual(conflict(1));
  });
});

describe('decision of a delete', () => {
  it('the decision of a delete never looks at ids', () => {
    const { view, asked } = stored(['a', 'b']);
    for (const expected of ['any', 'no_stream', 'stream_exists', 0, 1, 2] as const) decideDelete(view, expected);
    expect(asked).toEqual([]);
  });
});
