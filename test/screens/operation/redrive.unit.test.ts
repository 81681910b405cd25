import fc from 'fast-check';
import { quarantineId } from '../../../schemas/events/delivery-ids';
import { orderKey } from '../../../schemas/order-key';
import {
  batchWords,
  endsAll,
  faultWords,
  isDone,
  MOST_AT_ONCE,
  nextBatch,
  type RedriveResult,
  resultOf,
  resultWords,
} from '../../../services/screens/browser/quarantine/model/redrive';

const key = orderKey('north', 'A-1');
const problem = (code: string, more = {}) => ({ type: `urn:ticket-rail:problem:${code}`, title: 'No', ...more });
const FAULT = { pointer: '/type', detail: 'is missing' };

describe('what became of a redrive', () => {
  it.each<[string, number, Parameters<typeof resultOf>[1], RedriveResult]>([
    ['recorded', 200, { outcome: 'recorded', ...key, revision: 3 }, { kind: 'recorded', ...key, revision: 3 }],
    ['a repeat', 200, { outcome: 'repeat', ...key, revision: 0 }, { kind: 'repeat', ...key, revision: 0 }],
    ['redriven before', 409, problem('already-redriven'), { kind: 'redriven_before' }],
    ['unusable', 422, problem('still-unusable', { errors: [FAULT] }), { kind: 'unusable', errors: [FAULT] }],
    ['not permitted', 403, problem('not-permitted'), { kind: 'not_permitted' }],
    ['not permitted', 401, problem('reader-not-authentic'), { kind: 'not_signed_in' }],
    ['not taken', 503, problem('overloaded', { detail: 'Try again.' }), { kind: 'busy', detail: 'No. Try again.' }],
    ['not taken', 429, {}, { kind: 'busy', detail: 'The service answered 429.' }],
    ['without an answer', 502, {}, { kind: 'unanswered' }],
    ['failed', 500, problem('x', { detail: 'Sorry.' }), { kind: 'failed', detail: 'No. Sorry.' }],
  ])('a redrive is %s by the answer %i', (_what, status, answered, result) => {
    expect(resultOf(status, answered)).toEqual(result);
    expect(resultWords(result)).toMatch(/\.$/);
  });

  it('what is in its order is done, and what the store or the reader keeps from it ends the batch', () => {
    const all = [200, 409, 422, 403, 503].map((status) =>
      resultOf(status, status === 200 ? { outcome: 'recorded', ...key, revision: 0 } : problem('x')),
    );
    expect(isDone(undefined)).toBe(false);
    expect(isDone({ kind: 'unusable', errors: [] })).toBe(false);
    expect(isDone({ kind: 'redriven_before' })).toBe(true);
    expect(all.map(isDone)).toEqual([true, false, false, false, false]);
    for (const kind of ['not_signed_in', 'not_permitted', 'unanswered'] as const) expect(endsAll({ kind })).toBe(true);
    expect(endsAll({ kind: 'busy', detail: 'Later.' })).toBe(true);
    expect(endsAll({ kind: 'unusable', errors: [] })).toBe(false);
    expect(endsAll({ kind: 'failed', detail: 'It is broken.' })).toBe(false);
  });

  it('a fault of the whole body names the body, and another its place', () => {
    expect(faultWords({ pointer: '', detail: 'is not JSON' })).toBe('The body is not JSON');
    expect(faultWords(FAULT)).toBe('/type is missing');
  });
});

describe('redriving many', () => {
  it('one press takes those that came first, in the order in which they came, and no more than it may', () => {
    expect(nextBatch(new Set([10, 9, 2].map(quarantineId)))).toEqual(['2', '9', '10']);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(), { maxLength: 3 * MOST_AT_ONCE }), (ids) => {
        const batch = nextBatch(ids.map(quarantineId)).map(Number);
        expect(batch).toEqual(ids.toSorted((one, other) => one - other).slice(0, MOST_AT_ONCE));
      }),
    );
  });

  it('what became of many is one sentence, and what was not tried is counted with the reason', () => {
    const recorded: RedriveResult = { kind: 'recorded', ...key, revision: 0 };
    expect(batchWords([recorded, recorded, { kind: 'unusable', errors: [] }], 3)).toBe(
      'Of 3 deliveries: 2 recorded, 1 still unusable.',
    );
    expect(batchWords([recorded, { kind: 'busy', detail: 'Try again.' }], 5)).toBe(
      'Of 5 deliveries: 1 recorded, 4 not tried or not taken. Try again.',
    );
    expect(batchWords([{ kind: 'failed', detail: 'It is broken.' }, recorded, { kind: 'unanswered' }], 4)).toBe(
      'Of 4 deliveries: 1 recorded, 1 failed, 1 without an answer, 1 not tried or not taken. ' +
        resultWords({ kind: 'unanswered' }),
    );
    expect(batchWords([{ kind: 'repeat', ...key, revision: 0 }, { kind: 'redriven_before' }], 2)).toBe(
      'Of 2 deliveries: 1 recognised as repeats, 1 redriven before.',
    );
  });
});
