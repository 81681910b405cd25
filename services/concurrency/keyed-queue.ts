/** Does what has the same key one after the other, in the order in which it came; other keys do not wait for it. */
export class KeyedQueue {
  readonly #last = new Map<string, Promise<void>>();

  /** @returns what the work comes to. If it fails, the next has its turn all the same. */
  run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const result = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const free = (): void => {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    };
    const turn: Promise<void> = result.then(free, free);
    this.#last.set(key, turn);
    return result;
  }
}
