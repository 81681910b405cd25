import { parentPort, workerData } from 'node:worker_threads';
import { checkLogFile } from './check-log-file';

/**
 * Checks the file of a log beside the thread that reads it: SQLite does not return before it has looked at every page.
 */
export interface LogCheckRequest {
  readonly file: string;
  /** Most findings. */
  readonly most: number;
}

const { file, most } = workerData as LogCheckRequest; // given by checkLogFile
parentPort?.postMessage(checkLogFile(file, most));
