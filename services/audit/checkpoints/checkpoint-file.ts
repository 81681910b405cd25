import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ifThere } from '../../files/if-there';
import { CheckpointEntry } from '../../../schemas/api/checkpoint';
import { syncDirectory } from '../../files/whole-file';

/** Checkpoints in a file, a JSON line each, oldest first: written once and never changed. */

/** More bytes than a line ever has. */
const LONGEST_LINE = 2_048;
/** Bytes that are read at a time from the end, in search of the end of a line. */
const STEP_BYTES = 4_096;
const NEWLINE = 0x0a;
/** The umask takes away from it what nobody gave to a group on purpose (private-files.ts). */
const MODE = 0o660;

/** A line that is no checkpoint: damaged, or written by a newer version. */
export interface BrokenLine {
  /** From 1. */
  readonly line: number;
  readonly detail: string;
}

/** All that a file holds. A last line that a crash cut short was never finished, and is no part of it. */
export interface CheckpointFile {
  /** Oldest first. */
  readonly entries: readonly CheckpointEntry[];
  readonly broken: readonly BrokenLine[];
}

function parseLine(text: string): CheckpointEntry | null {
  try {
    return CheckpointEntry.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Reads a whole file, and says which lines of it cannot be used. */
export function readCheckpointFile(file: string): CheckpointFile {
  const entries: CheckpointEntry[] = [];
  const broken: BrokenLine[] = [];
  for (const [index, text] of tailOf(file, Infinity).split('\n').slice(0, -1).entries()) {
    const entry = parseLine(text);
    if (entry !== null) entries.push(entry);
    else broken.push({ line: index + 1, detail: `line ${String(index + 1)} of ${file} is no checkpoint` });
  }
  return { entries, broken };
}

/**
 * @param limit most to give back, the newest
 * @returns what a file holds, oldest first, without what cannot be used
 */
export function readNewestEntries(file: string, limit: number): readonly CheckpointEntry[] {
  const lines = tailOf(file, limit * LONGEST_LINE)
    .split('\n')
    .slice(0, -1)
    .slice(-limit);
  return lines.flatMap((line) => parseLine(line) ?? []);
}

/**
 * Adds an entry, and returns once it is on the disk. What a crash left of a line is taken away.
 * @returns how many bytes were taken away
 */
export function appendEntry(file: string, entry: CheckpointEntry): number {
  const open = openSync(file, 'a+', MODE);
  try {
    const { size } = fstatSync(open);
    const whole = endOfLastLine(open, size);
    if (whole < size) ftruncateSync(open, whole);
    writeSync(open, `${JSON.stringify(entry)}\n`);
    fsyncSync(open);
    if (size === 0) syncDirectory(dirname(file));
    return size - whole;
  } finally {
    closeSync(open);
  }
}

/** @returns how many bytes of a file are whole lines: what power loss leaves behind them may be anything. */
function endOfLastLine(open: number, size: number): number {
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - STEP_BYTES);
    const buffer = Buffer.alloc(end - start);
    readSync(open, buffer, 0, buffer.length, start);
    const at = buffer.lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

/** @returns the end of a file, whole lines as far as there are; nothing of one that is not there */
function tailOf(file: string, bytes: number): string {
  const open = ifThere(() => openSync(file, 'r'));
  if (open === null) return '';
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
