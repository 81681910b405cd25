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

/** Takes the steps in turns of the event loop, so that nothing else waits for all of them. */
export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  for (let taken = 1; ; taken += 1) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (taken % STEPS_A_TURN === 0) await nextTurn();
  }
}
