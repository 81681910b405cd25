import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { Checkpoint } from '../../../schemas/checkpoint';

/** Checkpoints in a file, a JSON line each, oldest first: written once and never changed. */

/** More bytes than a line ever has. */
const LONGEST_LINE = 1_024;

/**
 * @param limit most checkpoints to give back, the newest; all if it is left out
 * @returns what the file holds, oldest first. A last line that a crash cut short is left out.
 * @throws {SyntaxError} for a line that is no checkpoint
 */
export function readCheckpoints(file: string, limit = Infinity): readonly Checkpoint[] {
  const lines = tailOf(file, limit * LONGEST_LINE)
    .split('\n')
    .slice(0, -1)
    .slice(limit === Infinity ? 0 : -limit);
  return lines.map((line) => {
    const parsed = Checkpoint.safeParse(JSON.parse(line));
    if (parsed.success) return parsed.data;
    throw new SyntaxError(`${file} holds a line that is no checkpoint`);
  });
}

/** Adds a checkpoint, and returns once it is on the disk. What a crash left of a line is taken away. */
export function appendCheckpoint(file: string, checkpoint: Checkpoint): void {
  const tail = tailOf(file, LONGEST_LINE);
  const torn = Buffer.byteLength(tail) - Buffer.byteLength(tail.slice(0, tail.lastIndexOf('\n') + 1));
  const open = openSync(file, 'a', 0o644);
  try {
    if (torn > 0) ftruncateSync(open, fstatSync(open).size - torn);
    writeSync(open, `${JSON.stringify(checkpoint)}\n`);
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
}

/** @returns the end of a file, whole lines as far as there are; nothing of one that is not there */
function tailOf(file: string, bytes: number): string {
  let open: number;
  try {
    open = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = fstatSync(open);
    const buffer = Buffer.alloc(Math.min(size, bytes));
    const start = size - buffer.length;
    readSync(open, buffer, 0, buffer.length, start);
    const text = buffer.toString('utf8');
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    closeSync(open);
  }
}
