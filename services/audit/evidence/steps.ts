import { nextTurn } from '../../concurrency/turns';

/** Work in small steps, with a result at its end. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** @returns what is made of each item, a step each */
export function* mapped<Item, Result>(items: readonly Item[], make: (item: Item) => Result): Steps<Result[]> {
  const made: Result[] = [];
  for (const item of items) {
    made.push(make(item));
    yield;
  }
  return made;
}

/** Steps that are taken in one turn of the event loop: some milliseconds of the largest events. */
const STEPS_A_TURN = 16;

/** Takes all steps at once. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Takes the steps in turns of the event loop, so that nothing else waits for all of them.
 * @param goesOn asked before each turn: whether the result is still wanted
 * @returns the result; null if it was not wanted any more
 */
export async function inTurns<Result>(steps: Steps<Result>, goesOn: () => boolean): Promise<Result | null> {
  for (let taken = 1; ; taken += 1) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (taken % STEPS_A_TURN !== 0) continue;
    await nextTurn();
    if (!goesOn()) return null;
  }
}
