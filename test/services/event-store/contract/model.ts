import fc from 'fast-check';
import { type EventId, eventId } from '../../../../schemas/events/event-id';
import { streamName } from '../../../../schemas/events/stream-name';
import {
  isEventStoreError,
  type EventStore,
  type ExpectedRevision,
  type ReadStreamOptions,
} from '../../../../services/event-store/event-store';
import { newEventId } from '../../../support/new-event-id';
import { until } from '../../../support/patience';
import { createMemoryStore } from '../memory/memory-store';
import { collect } from './support';
import { cases } from '../../../support/depth';

/** An expectation, `tail` standing for the revision that is the last one when the command runs. */
type Expectation = ExpectedRevision | 'tail';

type Command = { readonly stream: number } & (
  | { readonly kind: 'append'; readonly ids: readonly number[]; readonly expected: Expectation }
  | { readonly kind: 'repeat'; readonly expected: Expectation }
  | { readonly kind: 'delete'; readonly expected: Expectation; readonly mode: 'soft' | 'tombstone' }
  | { readonly kind: 'last' }
  | { readonly kind: 'read'; readonly options: ReadStreamOptions }
);

const STREAMS = 3;
/** Few ids per stream, so that random appends often carry an id that is already there. */
const IDS = 6;

const expectations: fc.Arbitrary<Expectation> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('tail' as const) },
  { weight: 3, arbitrary: fc.constantFrom('any' as const, 'no_stream' as const, 'stream_exists' as const) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 6 }) },
);
const streams = fc.integer({ min: 0, max: STREAMS - 1 });

const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('append' as const),
        stream: streams,
        ids: fc.array(fc.integer({ min: 0, max: IDS - 1 }), { minLength: 1, maxLength: 3 }),
        expected: expectations,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('repeat' as const), stream: streams, expected: expectations }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('delete' as const),
        stream: streams,
        expected: expectations,
        mode: fc.constantFrom('soft' as const, 'soft' as const, 'soft' as const, 'tombstone' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('last' as const), stream: streams }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('read' as const),
        stream: streams,
        options: fc.record(
          {
            from: fc.oneof(fc.constantFrom('start' as const, 'end' as const), fc.integer({ min: 0, max: 8 })),
            direction: fc.constantFrom('forwards' as const, 'backwards' as const),
            limit: fc.integer({ min: 1, max: 4 }),
          },
          { requiredKeys: [] },
        ),
      }),
    },
  ),
  { minLength: 1, maxLength: 25 },
);

/** Whether a stream was not there. */
const isAbsent = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'refused' in answer && answer.refused === 'not-found';

/**
 * Runs the same commands on a store; everything that it answers, without what is opaque (positions, times).
 * @param answered what the model answered to each read, where that was asked first: a stream that was deleted and has an event
 *   again is read until it is there, which may take a moment
 */
async function run(
  store: EventStore,
  script: readonly Command[],
  prefix: string,
  ids: readonly EventId[][],
  answered: readonly unknown[] | null = null,
) {
  const tails = new Map<string, number>();
  const repeats = new Map<string, readonly number[]>();
  const answers: unknown[] = [];

  const expectation = (stream: string, expected: Expectation): ExpectedRevision =>
    expected === 'tail' ? (tails.get(stream) ?? 'no_stream') : expected;

  const execute = async (command: Command): Promise<unknown> => {
    const stream = `${prefix}${String(command.stream)}`;
    switch (command.kind) {
      case 'append':
      case 'repeat': {
        const chosen = command.kind === 'append' ? command.ids : (repeats.get(stream) ?? [0]);
        repeats.set(stream, chosen);
        const events = chosen.map((id) => ({
          id: ids[command.stream]?.[id] ?? eventId(''),
          type: 'order.updated',
          data: { answer: answers.length, id },
        }));
        const result = await store.append(streamName(stream), events, expectation(stream, command.expected));
        if (result.kind === 'conflict') return result;
        tails.set(stream, Math.max(result.revision, tails.get(stream) ?? 0));
        return { kind: result.kind, revision: result.revision };
      }
      case 'delete':
        return store.deleteStream(streamName(stream), expectation(stream, command.expected), command.mode);
      case 'last':
        return store.lastRevision(streamName(stream));
      case 'read':
        return (await collect(store.readStream(streamName(stream), command.options))).map(({ id, revision, data }) => ({
          id,
          revision,
          data,
        }));
    }
  };

  const reads: unknown[] = [];
  const settled = async (command: Command): Promise<unknown> => {
    if (command.kind !== 'read') return settledOnce(command);
    const isLate = (answer: unknown): boolean =>
      answered !== null && isAbsent(answer) && !isAbsent(answered[reads.length]);
    let answer = await settledOnce(command);
    if (isLate(answer)) {
      await until('a stream to be there again', async () => !isLate((answer = await settledOnce(command))));
    }
    reads.push(answer);
    return answer;
  };

  const settledOnce = async (command: Command): Promise<unknown> => {
    try {
      return await execute(command);
    } catch (error) {
      if (isEventStoreError(error)) return { refused: error.code };
      throw error;
    }
  };

  for (const command of script) answers.push({ command, answer: await settled(command) });

  // Events that a delete hides may or may not be among all events, so only the visible ones are compared.
  const visible = new Set<string>();
  for (let stream = 0; stream < STREAMS; stream += 1) {
    const answer = await settled({ kind: 'read', stream, options: {} });
    answers.push(answer);
    if (!Array.isArray(answer)) continue;
    for (const { revision } of answer as { revision: number }[]) {
      visible.add(`${prefix}${String(stream)}@${String(revision)}`);
    }
  }
  const all = await collect(store.readAll({ prefix }));
  answers.push(all.map((event) => `${event.stream}@${String(event.revision)}`).filter((place) => visible.has(place)));
  return { answers, reads };
}

/**
 * The same random commands give the same answers on the store as on the memory model.
 * @throws {Error} with the seed and the shortest script that differs.
 */
export async function agreesWithModel(store: EventStore): Promise<void> {
  let scripts = 0;
  await fc.assert(
    fc.asyncProperty(commands, async (script) => {
      scripts += 1;
      const prefix = `script-${String(scripts)}-`;
      // Ids are never shared by two streams: EventStoreDB forgets an id in one when it is written to another.
      const ids = Array.from({ length: STREAMS }, () => Array.from({ length: IDS }, () => newEventId()));
      const model = createMemoryStore({ now: () => 0 });
      const { answers, reads } = await run(model, script, prefix, ids);
      expect((await run(store, script, prefix, ids, reads)).answers).toEqual(answers);
      await model.close();
    }),
    { numRuns: cases(150) },
  );
}
