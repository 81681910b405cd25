import type { Hop } from '../../../schemas/sandbox';

/** Newest hops that are kept. */
const MAX_HOPS = 500;
/** Most characters of a body that are kept of it. */
const MAX_BODY_LENGTH = 16_384;

/** What is known of a hop when it begins. */
export type HopStart = Pick<Hop, 'from' | 'to' | 'name' | 'location_id' | 'order_id' | 'attempt' | 'request'>;
/** What is known of it when it is over. */
export interface HopEnd {
  readonly answer: Hop['answer'];
  readonly error: string | null;
  /** Milliseconds. */
  readonly ms: number;
  /** Epoch milliseconds. */
  readonly retryAt: number | null;
}

const cut = (text: string): string => (text.length > MAX_BODY_LENGTH ? `${text.slice(0, MAX_BODY_LENGTH)}…` : text);

/** Keeps the newest of what went between the parties, at most {@link MAX_HOPS}, and reports each as it happens. */
export class HopLog {
  readonly #hops = new Map<number, Hop>();
  #next = 0;

  readonly #now: () => number;
  readonly #onHop: (hop: Hop) => void;

  constructor(now: () => number, onHop: (hop: Hop) => void) {
    this.#now = now;
    this.#onHop = onHop;
  }

  /** @returns what ends the hop. */
  begin(start: HopStart): (end: HopEnd) => void {
    const id = this.#next++;
    const { request } = start;
    const begun: Hop = {
      id,
      at: new Date(this.#now()).toISOString(),
      ...start,
      request: { ...request, body: cut(request.body) },
      answer: null,
      error: null,
      duration_ms: null,
      retry_at: null,
    };
    this.#keep(begun);
    return ({ answer, error, ms, retryAt }) => {
      this.#keep({
        ...begun,
        answer: answer && { ...answer, body: cut(answer.body) },
        error,
        duration_ms: Math.round(ms * 10) / 10,
        retry_at: retryAt === null ? null : new Date(retryAt).toISOString(),
      });
    };
  }

  /** @returns newest first. */
  list(): Hop[] {
    return [...this.#hops.values()].reverse();
  }

  #keep(hop: Hop): void {
    // One that was pushed out while it was under way is reported, but does not come back.
    if (this.#hops.has(hop.id) || hop.id === this.#next - 1) this.#hops.set(hop.id, hop);
    const [oldest] = this.#hops.keys();
    if (this.#hops.size > MAX_HOPS && oldest !== undefined) this.#hops.delete(oldest);
    this.#onHop(hop);
  }
}
