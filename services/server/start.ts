import pino from 'pino';
import { CheckpointKeyError } from '../audit/checkpoints/signing';
import { ConfigError, readConfig } from '../config/config';
import { DataDirectoryError } from '../event-store/data-directory';
import { isEventStoreError } from '../event-store/event-store';
import { EXIT_CONFIG, EXIT_UNAVAILABLE } from '../terminal/exit-codes';
import { hint } from '../terminal/output';
import { nodeReleaseNotice } from './node-release';
import { openConfiguredEvents } from './open-configured-events';
import { createLog, worldOf } from './process-world';
import { type RunningService, startService } from './service';

/** What asks the process to stop: a supervisor, Ctrl-C, and a terminal that is closed. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/**
 * Milliseconds in which further signals are the same wish: at Ctrl-C a terminal signals all of its processes, and npm
 * passes on what it gets besides.
 */
const SAME_WISH_MS = 1_000;

/** Returns what is wrong in a sentence, for an error that the operator can mend; null for a defect. */
function explain(error: unknown): { readonly code: number; readonly message: string } | null {
  if (error instanceof ConfigError) return { code: EXIT_CONFIG, message: error.message };
  if (error instanceof DataDirectoryError || error instanceof CheckpointKeyError || isEventStoreError(error)) {
    return { code: EXIT_UNAVAILABLE, message: error.message };
  }
  if (error instanceof Error && 'syscall' in error && error.syscall === 'listen') {
    return { code: EXIT_UNAVAILABLE, message: `PORT and HOST cannot be listened on: ${error.message}` };
  }
  return null;
}

/**
 * Runs the service as this process until one of {@link STOP_SIGNALS}; another one, after {@link SAME_WISH_MS}, ends it
 * at once, and loses nothing either.
 */
export async function start(): Promise<void> {
  let log = pino();
  let service: RunningService | null = null;
  let stoppingSince: number | null = null;

  const isStopping = (): boolean => stoppingSince !== null;
  const finish = async (): Promise<void> => {
    await service?.stop();
    log.info('stopped');
  };
  // From the beginning: a supervisor may change its mind while the read model is being made.
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stoppingSince !== null) {
      // Not `process.exit`, which waits for the writer's thread, and so for a disk that hangs.
      if (performance.now() - stoppingSince >= SAME_WISH_MS) process.kill(process.pid, 'SIGKILL');
      return;
    }
    stoppingSince = performance.now();
    log.info({ signal }, 'stopping');
    if (service !== null) void finish();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);

  try {
    const config = readConfig();
    log = createLog(config.logLevel);
    for (const warning of config.warnings) log.warn(warning);
    const notice = nodeReleaseNotice(process.version, Date.now());
    if (notice !== null) log.warn({ node: notice.node, end_of_life: notice.endOfLife }, notice.message);
    service = await startService(config, worldOf(log), openConfiguredEvents);
    if (isStopping()) await finish();
  } catch (error) {
    const explained = explain(error);
    if (explained === null) throw error;
    hint(explained.message);
    process.exitCode = explained.code;
  }
}
