import type { Heartbeat } from '../schemas/live';
import type { Readiness } from '../schemas/order-view';
import type { EventStore } from './event-store/event-store';
import type { Freshness } from './read-model/freshness';

export type CheckReadiness = () => Promise<Readiness>;

/** How the live feed says it (schemas/live.ts). */
export function healthOf({ checks }: Readiness): Heartbeat['store'] {
  const failed = new Set(checks.filter(({ ok }) => !ok).map(({ name }) => name));
  return failed.has('event_store') ? 'unavailable' : failed.has('projector') ? 'behind' : 'ok';
}

/** Most often that the store is asked to prove that it takes writes, which costs a sync. */
export const STORE_CHECK_INTERVAL_MS = 1_000;
/** Most milliseconds that the store may take for the proof. */
const STORE_CHECK_TIMEOUT_MS = 5_000;
/** Seconds of projection lag from which the service is not ready. */
export const MAX_READY_LAG_SECONDS = 10;

/**
 * Makes the check behind `GET /readyz`: the store takes writes, the projector has caught up, and nobody is stopping us.
 * @param now milliseconds of a clock that never goes back
 * @param onStore told what keeps the store from taking writes, each time that it is something else; null once it takes them
 */
export function createReadinessCheck(options: {
  readonly store: Pick<EventStore, 'checkWritable' | 'damage'>;
  readonly freshness: Freshness;
  readonly isStopping: () => boolean;
  readonly now: () => number;
  readonly onStore: (problem: string | null) => void;
}): CheckReadiness {
  const { store, freshness, isStopping, now, onStore } = options;
  let told: string | null = null;
  let checked: { readonly at: number; readonly problem: Promise<string | null> } | null = null;

  const checkStore = (): Promise<string | null> => {
    if (checked === null || now() - checked.at >= STORE_CHECK_INTERVAL_MS) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<string>((resolve) => {
        timer = setTimeout(() => {
          resolve(`no answer in ${String(STORE_CHECK_TIMEOUT_MS)} ms`);
        }, STORE_CHECK_TIMEOUT_MS);
      });
      const proof = store.checkWritable().then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      checked = {
        at: now(),
        problem: Promise.race([proof, late]).finally(() => {
          clearTimeout(timer);
        }),
      };
    }
    return checked.problem;
  };

  return async () => {
    const problem = await checkStore();
    if (problem !== told && !isStopping()) {
      told = problem;
      onStore(problem);
    }
    // What can be taken is taken: for as long as it can be written, damage keeps nobody from delivering.
    const takes = store.damage === null ? 'takes writes' : `takes writes, but ${store.damage}`;
    const lag = freshness.lagSeconds;
    const checks: Readiness['checks'] = [
      { name: 'event_store', ok: problem === null, detail: problem ?? takes },
      {
        name: 'projector',
        ok: freshness.complete && lag < MAX_READY_LAG_SECONDS,
        detail: freshness.complete ? `${lag.toFixed(3)} s behind` : 'the read model is being made from the log',
      },
      { name: 'lifecycle', ok: !isStopping(), detail: isStopping() ? 'stopping' : 'running' },
    ];
    return { ready: checks.every(({ ok }) => ok), checks };
  };
}
