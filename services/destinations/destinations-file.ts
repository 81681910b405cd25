import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { type DestinationEntry, type ParsedDestinations, parseDestinations } from '../../schemas/destinations';
import { codeOf } from '../files/error-code';
import { addressRule } from './addresses';

/** The file of DESTINATIONS_FILE: read at the start, and followed while the service runs. */

/** Milliseconds from one look at the file to the next. */
export const FOLLOW_INTERVAL_MS = 2_000;

const ADDRESSES = 'expected IP addresses or networks, such as 10.1.2.3, 10.1.0.0/16 or fd00::/8';

export async function readDestinationsFile(path: string): Promise<ParsedDestinations> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const word = codeOf(error) ?? String(error);
    const remedy = 'make it, or unset DESTINATIONS_FILE; docs/guides/push-to-your-systems.md shows one';
    return { usable: false, faults: [`the file cannot be read (${word}): ${remedy}`] };
  }
  const parsed = parseDestinations(text);
  if (!parsed.usable) return parsed;
  const faults = parsed.entries.flatMap(({ allow }, index) =>
    addressRule(allow) === null ? [`destination ${String(index + 1)}, allow addresses: ${ADDRESSES}`] : [],
  );
  return faults.length === 0 ? parsed : { usable: false, faults };
}

/**
 * Looks at the file from time to time. One that cannot be used changes nothing: a slip must not end what works. Looks at the
 * content each time, as times of change are coarse, and watching is not reliable on mounted volumes.
 * @param onChange told of each new content
 * @returns what ends it
 */
export function followDestinationsFile(
  path: string,
  onChange: (entries: readonly DestinationEntry[]) => void,
  log: Logger,
): () => void {
  let complained = '';
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const parsed = await readDestinationsFile(path);
    if (stopped) return;
    const complaint = parsed.usable ? '' : parsed.faults.join('; ');
    if (complaint !== complained && complaint !== '') {
      log.error(
        { file: path, detail: complaint },
        'DESTINATIONS_FILE cannot be used; the destinations stay as they were',
      );
    }
    complained = complaint;
    if (parsed.usable) onChange(parsed.entries);
    plan();
  };
  const plan = (): void => {
    timer = setTimeout(() => void look(), FOLLOW_INTERVAL_MS).unref();
  };
  plan();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
