import type { Logger } from 'pino';
import type { AccessData } from '../../../schemas/api/access';
import { isEventStoreError } from '../../event-store/event-store';
import type { AccessVolumes } from './access-volumes';

/** Milliseconds in which what is recorded after its answer is gathered. */
const GATHER_MS = 250;
/** Events in one append. */
const BATCH_EVENTS = 100;
/** Most of these that wait for a store that is away; beyond them the oldest are lost, and the log says how many. */
export const MAX_WAITING = 10_000;
/** Milliseconds before what could not be recorded is tried again. */
const RETRY_MS = 1_000;

/** Records that nobody waits for: gathered, and tried again while the store is away. */
export class LateRecords {
  readonly #volumes: Pick<AccessVolumes, 'append'>;
  readonly #log: Logger;
  #waiting: AccessData[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | null = null;
  #closed = false;

  constructor(volumes: Pick<AccessVolumes, 'append'>, log: Logger) {
    this.#volumes = volumes;
    this.#log = log;
  }

  add(accesses: readonly AccessData[]): void {
    this.#waiting.push(...accesses);
    const lost = this.#waiting.length - MAX_WAITING;
    if (lost > 0) {
      this.#waiting.splice(0, lost);
      this.#log.error({ lost }, 'what was shown could not be recorded');
    }
    if (this.#waiting.length > 0) this.#schedule(GATHER_MS);
  }

  /** Records what waits, if the store takes it now. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#closed = true;
    await this.#writing;
    await this.#write();
  }

  #schedule(ms: number): void {
    if (this.#timer !== undefined || this.#writing !== null || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#write()
        .catch((error: unknown) => {
          this.#log.error({ err: error }, 'failed to record what was shown');
          return false;
        })
        .then((isDone) => {
          this.#writing = null;
          if (this.#waiting.length > 0) this.#schedule(isDone ? GATHER_MS : RETRY_MS);
        });
    }, ms);
  }

  /** @returns false if the store did not take all that waits. */
  async #write(): Promise<boolean> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH_EVENTS);
      try {
        await this.#volumes.append(batch);
      } catch (error) {
        if (!isEventStoreError(error)) throw error;
        this.#log.warn(
          { detail: error.message, waiting: this.#waiting.length },
          'what was shown cannot be recorded yet',
        );
        return false;
      }
      const written = new Set(batch);
      this.#waiting = this.#waiting.filter((data) => !written.has(data));
    }
    return true;
  }
}
