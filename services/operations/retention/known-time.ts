import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { EventSource } from '../../event-store/event-store';
import { writeWholeFile } from '../../files/whole-file';

/** The last time that was known for certain, in a file: what a clock is compared with at the next start. */

const KnownTime = z.object({ known_time: z.iso.datetime() });

/** @returns milliseconds since the epoch; null if there is no file, or nothing in it that can be used. */
export function readKnownTime(file: string): number | null {
  try {
    return Date.parse(KnownTime.parse(JSON.parse(readFileSync(file, 'utf8'))).known_time);
  } catch {
    return null;
  }
}

/** @param time milliseconds since the epoch */
export function writeKnownTime(file: string, time: number): void {
  const known: z.infer<typeof KnownTime> = { known_time: new Date(time).toISOString() };
  writeWholeFile(file, `${JSON.stringify(known)}\n`);
}

/**
 * @param signal ends it while the store is away, for which it otherwise waits
 * @returns when the newest event of a log was stored, in milliseconds since the epoch; null if there is none.
 */
export async function newestStored(
  source: Pick<EventSource, 'readAll' | 'subscribe'>,
  signal: AbortSignal = new AbortController().signal,
): Promise<number | null> {
  for await (const { position } of source.subscribe({ after: 'end', signal })) {
    if (position === null) return null;
    for await (const { created } of source.readAll({ from: position, limit: 1 })) return created.getTime();
    return null;
  }
  signal.throwIfAborted();
  return null;
}
