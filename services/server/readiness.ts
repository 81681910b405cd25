import type { Logger } from 'pino';
import type { Heartbeat } from '../../schemas/api/live';
import type { Readiness } from '../../schemas/api/order-view';
import { within } from '../concurrency/within';
import type { EventStore } from '../event-store/event-store';
import type { OutageListener } from '../event-store/store-outage';
import type { Freshness } from '../read-model/freshness';

export type CheckReadiness = () => Promise<Readiness>;

/** @returns the health as the live feed says it (schemas/api/live.ts). */
export function healthOf({ checks }: Readiness): Heartbeat['store'] {
  const failed = new Set(checks.filter(({ ok }) => !ok).map(({ name }) => name));
  return failed.has('event_store') ? 'unavailable' : failed.has('projector') ? 'behind' : 'ok';
}

/** @returns what logs that the store takes no writes, for how long, and that it takes them again. */
export const outageLog = (log: Logger): OutageListener => ({
  gone: (detail) => {
    log.error({ detail }, 'NO DELIVERY IS TAKEN: the event store takes no writes');
  },
  stillGone: (report) => {
    log.error(report, 'NO DELIVERY IS TAKEN: the event store still takes no writes');
  },
  back: (report) => {
    log.info(report, 'the event store takes writes again');
  },
});

/** Most often that the store is asked to prove that it takes writes, which costs a sync. */
export const STORE_CHECK_INTERVAL_MS = 1_000;
/**
 * Most milliseconds that the store may take for the proof: longer than the 5,000 in which EventStoreDB's adapter says by
 * itself what is wrong, such as that a name has no address.
 */
export const STORE_CHECK_TIMEOUT_MS = 6_000;
/**
 * Most milliseconds that an answer waits for the proof; then it is what was known last. Probes give up after a second.
 */
export const READY_ANSWER_MS = 400;
/** Seconds of projection lag from which the service is not ready. */
export const MAX_READY_LAG_SECONDS = 10;

/** What the last proof that ended came to. */
interface Known {
  /** Milliseconds of a clock that never goes back. */
  readonly at: number;
  readonly problem: string | null;
}

interface State {
  readonly ok: boolean;
  readonly detail: string;
}

/**
 * Returns what is said of the store: what the last proof came to, and how long ago, while the next one has not ended.
 * @param now null if no proof is under way
 * @param damage what is damaged of the store, or null
 */
function stateOf(known: Known | null, now: number | null, damage: string | null): State {
  if (known === null) return { ok: false, detail: 'it has not answered yet' };
  const { at, problem } = known;
  // What can be taken is taken: for as long as it can be written, damage keeps nobody from delivering.
  const detail = problem ?? (damage === null ? 'takes writes' : `takes writes, but ${damage}`);
  const old = now === null ? '' : ` (as of ${((now - at) / 1_000).toFixed(1)} s ago: it is being asked again)`;
  return { ok: problem === null, detail: `${detail}${old}` };
}

function projectorStateOf({ complete, isUnheard, lagSeconds }: Freshness): State {
  if (!complete) return { ok: false, detail: 'the read model is being made from the log' };
  const seconds = lagSeconds.toFixed(3);
  if (isUnheard) {
    return { ok: false, detail: `the process stood still, and has heard nothing of the event store for ${seconds} s` };
  }
  return { ok: lagSeconds < MAX_READY_LAG_SECONDS, detail: `${seconds} s behind` };
}

/**
 * Makes the check behind `GET /readyz`: the store takes writes, the projector has caught up, and nobody is stopping us.
 * It answers in {@link READY_ANSWER_MS}, whatever the store does.
 * @param now milliseconds of a clock that never goes back
 * @param onStore called with what keeps the store from taking writes, each time that it is something else; with null
 *   once it takes them
 */
export function createReadinessCheck(options: {
  readonly store: Pick<EventStore, 'checkWritable' | 'damage'>;
  readonly freshness: Freshness;
  readonly isStopping: () => boolean;
  readonly now: () => number;
  readonly onStore: (problem: string | null) => void;
}): CheckReadiness {
  const { store, freshness, isStopping, now, onStore } = options;
  let known: Known | null = null;
  let proof: Promise<void> | null = null;
  let lastAsked = -Infinity;

  const prove = async (): Promise<void> => {
    const asked = store.checkWritable().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const problem = await within(STORE_CHECK_TIMEOUT_MS, asked, `no answer in ${String(STORE_CHECK_TIMEOUT_MS)} ms`);
    if (!isStopping() && problem !== (known?.problem ?? null)) onStore(problem);
    known = { at: now(), problem };
    proof = null;
  };

  const checkStore = async (): Promise<State> => {
    if (proof === null && now() - lastAsked >= STORE_CHECK_INTERVAL_MS) {
      lastAsked = now();
      proof = prove();
    }
    if (proof !== null) await within(READY_ANSWER_MS, proof, undefined);
    return stateOf(known, proof === null ? null : now(), store.damage);
  };

  return async () => {
    const stored = await checkStore();
    const checks: Readiness['checks'] = [
      { name: 'event_store', ...stored },
      { name: 'projector', ...projectorStateOf(freshness) },
      { name: 'lifecycle', ok: !isStopping(), detail: isStopping() ? 'stopping' : 'running' },
    ];
    return { ready: checks.every(({ ok }) => ok), checks };
  };
}
