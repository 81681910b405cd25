import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { version } from './version';
import { ConfigError, readConfig } from './config';
import { DataDirectoryError } from './data-directory';
import { isEventStoreError } from './event-store/event-store';
import { startService } from './service';

/** Exit codes of the process (sysexits.h): a wrong configuration, or something it needs is not to be had. */
const EXIT_CONFIG = 78;
const EXIT_UNAVAILABLE = 69;

/** What is wrong in a sentence, for an error that whoever starts the process can mend; null for a defect. */
function explain(error: unknown): { readonly code: number; readonly message: string } | null {
  if (error instanceof ConfigError) return { code: EXIT_CONFIG, message: error.message };
  if (error instanceof DataDirectoryError || isEventStoreError(error)) {
    return { code: EXIT_UNAVAILABLE, message: error.message };
  }
  if (error instanceof Error && 'syscall' in error && error.syscall === 'listen') {
    return { code: EXIT_UNAVAILABLE, message: `PORT and HOST cannot be listened on: ${error.message}` };
  }
  return null;
}

/** Runs the service as this process until SIGTERM or SIGINT; a second signal ends it at once. */
export async function start(): Promise<void> {
  let log = pino();
  try {
    const config = readConfig();
    log = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
    const service = await startService(config, {
      log,
      now: Date.now,
      monotonic: () => performance.now(),
      newId: randomUUID,
      pid: process.pid,
      version,
    });
    let stopping = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (stopping) process.exit(1);
      stopping = true;
      log.info({ signal }, 'stopping');
      void service.stop().then(() => {
        log.info('stopped');
      });
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  } catch (error) {
    const explained = explain(error);
    if (explained === null) throw error;
    process.stderr.write(`${explained.message}\n`);
    process.exitCode = explained.code;
  }
}
