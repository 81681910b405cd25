import { keysOf, recordOf } from '../../schemas/records';
/** How a call of Handle Order ended. */
export const DELIVERY_OUTCOMES = [
  'recorded',
  'repeat',
  'ping',
  'quarantined',
  'relayed',
  'relay-failed',
  'relay-timed-out',
  'not-authentic',
  'too-large',
  'too-slow',
  'unavailable',
  'overloaded',
  'cut-off',
  'failed',
] as const;
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];

/**
 * Seconds over which our own share of refusals is taken. Stream warns at 10 to 25 % and switches all events off at 50 %
 * (docs/protocol.md#section-3); its own window is not documented.
 */
export const NON_2XX_WINDOW_SECONDS = 300;

/**
 * Deliveries of the window that were signed by none of our secrets, or had none of our tokens, from which on the secrets
 * are in doubt: fewer are anybody's. They are only in doubt while nothing authentic comes.
 */
export const DOUBTFUL_DELIVERIES = 3;

/** What is counted over the window. */
interface Counts {
  all: number;
  notAuthentic: number;
  /** Of the ones that are not authentic, those with a signature or a token that might be Stream's. */
  mismatched: number;
  authentic: number;
  /** Of the authentic ones, those that were not answered with 2xx. */
  refused: number;
}

const none: Readonly<Counts> = { all: 0, notAuthentic: 0, mismatched: 0, authentic: 0, refused: 0 };

const COUNTED = keysOf(none);

/** Counts per second over a sliding window, in constant memory. */
class SlidingCounts {
  readonly #slots = Array.from({ length: NON_2XX_WINDOW_SECONDS }, () => ({ second: 0, ...none }));

  /** @returns the counts of a second of the window, to be counted up. */
  of(second: number): Counts {
    const index = second % NON_2XX_WINDOW_SECONDS;
    let slot = this.#slots[index];
    if (slot?.second !== second) this.#slots[index] = slot = { second, ...none };
    return slot;
  }

  at(now: number): Readonly<Counts> {
    const sum = { ...none };
    for (const slot of this.#slots) {
      if (now - slot.second >= NON_2XX_WINDOW_SECONDS) continue;
      for (const key of COUNTED) sum[key] += slot[key];
    }
    return sum;
  }
}

/** @returns 0 when nothing came. */
const shareOf = (part: number, all: number): number => (all === 0 ? 0 : part / all);

const refusedShare = ({ refused, authentic }: Readonly<Counts>): number => shareOf(refused, authentic);
const notAuthenticShare = ({ notAuthentic, all }: Readonly<Counts>): number => shareOf(notAuthentic, all);
const areSecretsInDoubt = ({ mismatched, authentic }: Readonly<Counts>): boolean =>
  authentic === 0 && mismatched >= DOUBTFUL_DELIVERIES;

/** Shares of answers other than 2xx at which Stream warns, warns again, and switches all events off. */
export const STREAM_ALARMS = [0.1, 0.25, 0.5] as const;

/** How the endpoint does. */
export interface EndpointCounts {
  /** Milliseconds since the epoch: the beginning of counting. */
  readonly since: number;
  readonly deliveries: Readonly<Record<DeliveryOutcome, number>>;
  /** Of authentic deliveries, over the last {@link NON_2XX_WINDOW_SECONDS}: what Stream sees. */
  readonly non2xxShare: number;
  /** Of all calls, over the same time: anybody's. */
  readonly notAuthenticShare: number;
  /** Deliveries come that none of our secrets or tokens verifies, and none that one does. */
  readonly secretsInDoubt: boolean;
  /** Milliseconds since the epoch; null if none came to this process. */
  readonly lastAuthentic: number | null;
}

/**
 * Counts how the endpoint does, from the beginning of this process and over the last {@link NON_2XX_WINDOW_SECONDS}.
 */
export class EndpointCounter {
  readonly #now: () => number;
  readonly #since: number;
  readonly #window = new SlidingCounts();
  readonly #outcomes = new Map<DeliveryOutcome, number>();
  #lastAuthentic: number | null = null;

  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  get #second(): number {
    return Math.floor(this.#now() / 1_000);
  }

  count(outcome: DeliveryOutcome, authentic: boolean, refused: boolean): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    if (authentic) this.#lastAuthentic = this.#now();
    const counts = this.#window.of(this.#second);
    counts.all++;
    if (outcome === 'not-authentic') counts.notAuthentic++;
    if (authentic) counts.authentic++;
    if (authentic && refused) counts.refused++;
  }

  mismatch(): void {
    this.#window.of(this.#second).mismatched++;
  }

  get counts(): EndpointCounts {
    const now = this.#window.at(this.#second);
    return {
      since: this.#since,
      deliveries: recordOf(DELIVERY_OUTCOMES, (outcome) => this.#outcomes.get(outcome) ?? 0),
      non2xxShare: refusedShare(now),
      notAuthenticShare: notAuthenticShare(now),
      secretsInDoubt: areSecretsInDoubt(now),
      lastAuthentic: this.#lastAuthentic,
    };
  }
}
