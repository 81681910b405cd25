import { ThreadError } from './thread-error';

/** Calls from one thread to another and back, by messages: what is given and what comes back is copied. */

/** Functions that another thread can call. */
export type Callable<Functions> = { readonly [Name in keyof Functions]: (...args: never[]) => unknown };

/** A call, its result or its failure, as it is sent. */
export type CallMessage =
  | { readonly kind: 'call'; readonly id: number | null; readonly name: string; readonly args: readonly unknown[] }
  | { readonly kind: 'returned'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'threw'; readonly id: number; readonly message: string };

/** A `Worker`, or its `parentPort`. */
export interface CallPort {
  postMessage(message: CallMessage): void;
  on(event: 'message', listener: (message: CallMessage) => void): unknown;
}

interface Unanswered {
  readonly returned: (value: unknown) => void;
  readonly failed: (error: Error) => void;
}

/** @returns a call as it is sent by who does not wait for its result. */
export const callMessage = (name: string, ...args: readonly unknown[]): CallMessage => ({
  kind: 'call',
  id: null,
  name,
  args,
});

/** The calls between this thread and another, both ways. */
export class ThreadCalls<Ours extends Callable<Ours>, Theirs extends Callable<Theirs>> {
  readonly #port: CallPort;
  readonly #unanswered = new Map<number, Unanswered>();
  #asked = 0;
  #ended = false;

  /** @param ours what the other thread can call here; what a call without a result throws is not caught */
  constructor(port: CallPort, ours: Ours) {
    this.#port = port;
    port.on('message', (message) => {
      if (message.kind === 'call') void this.#answer(ours, message);
      else this.#settle(message);
    });
  }

  /** @throws {ThreadError} with the message of what was thrown there, or if the other thread has ended. */
  async call<Name extends keyof Theirs & string>(
    name: Name,
    ...args: Parameters<Theirs[Name]>
  ): Promise<Awaited<ReturnType<Theirs[Name]>>> {
    if (this.#ended) throw new ThreadError('the thread has ended');
    const id = this.#asked++;
    const value = await new Promise<unknown>((returned, failed) => {
      this.#unanswered.set(id, { returned, failed });
      this.#port.postMessage({ kind: 'call', id, name, args });
    });
    return value as Awaited<ReturnType<Theirs[Name]>>; // of the very function that `Theirs` names
  }

  /** Calls without waiting for a result. */
  send<Name extends keyof Theirs & string>(name: Name, ...args: Parameters<Theirs[Name]>): void {
    this.#port.postMessage(callMessage(name, ...args));
  }

  /** The other thread has ended, and answers nothing any more. */
  end(): void {
    this.#ended = true;
    for (const { failed } of this.#unanswered.values()) failed(new ThreadError('the thread has ended'));
    this.#unanswered.clear();
  }

  async #answer(ours: Ours, { id, name, args }: Extract<CallMessage, { kind: 'call' }>): Promise<void> {
    const called = (): unknown => ours[name as keyof Ours](...(args as never[])); // as the other thread's `Theirs` has it
    if (id === null) {
      await called();
      return;
    }
    try {
      this.#port.postMessage({ kind: 'returned', id, value: await called() });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#port.postMessage({ kind: 'threw', id, message });
    }
  }

  #settle(message: Exclude<CallMessage, { kind: 'call' }>): void {
    const unanswered = this.#unanswered.get(message.id);
    this.#unanswered.delete(message.id);
    if (message.kind === 'returned') unanswered?.returned(message.value);
    else unanswered?.failed(new ThreadError(message.message));
  }
}
