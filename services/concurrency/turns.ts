/**
 * Turns of the event loop for work that is long. All of it in one thread is done a slice at a time, one slice in each turn:
 * however much is asked for at once, a delivery never waits for more than one slice before it is looked at.
 */

const waiting: (() => void)[] = [];

function give(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(give);
}

/** Resolves when it is the caller's turn, in the order in which turns were asked for. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(give);
  });
}
