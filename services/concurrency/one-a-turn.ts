/**
 * For work that gives way to what else the thread does: while it is busy its turns are long, and little is begun; while it
 * is idle they are short.
 * @returns resolves for one caller in each turn of the event loop, in the order in which they came
 */
export function oneATurn(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => (last = last.then(() => new Promise((next) => setImmediate(next))));
}
