import { randomUUID } from 'node:crypto';
import pino, { type Logger } from 'pino';
import { version } from '../config/version';
import type { World } from '../config/world';

/** Makes the log of a process: JSON lines to its output, with times in RFC 3339. */
export const createLog = (level: string): Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });

/** @returns the clock, ids and names of this very process, where tests give others. */
export const worldOf = (log: Logger): World => ({
  log,
  now: Date.now,
  monotonic: () => performance.now(),
  newId: randomUUID,
  pid: process.pid,
  version,
});
