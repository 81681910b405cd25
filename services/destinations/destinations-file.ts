import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { type DestinationEntry, parseDestinations } from '../../schemas/destinations';
import type { ParsedList } from '../../schemas/json/list-file';
import { codeOf } from '../files/error-code';
import { followFile } from '../files/follow-file';
import { addressRule } from './addresses';

/** The file of DESTINATIONS_FILE: read at the start, and followed while the service runs. */

const ADDRESSES = 'expected IP addresses or networks, such as 10.1.2.3, 10.1.0.0/16 or fd00::/8';

export async function readDestinationsFile(path: string): Promise<ParsedList<DestinationEntry>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const word = codeOf(error) ?? String(error);
    const remedy = 'make it, or unset DESTINATIONS_FILE; docs/guides/push-to-your-systems.md shows one';
    return { kind: 'unusable', faults: [`the file cannot be read (${word}): ${remedy}`] };
  }
  const parsed = parseDestinations(text);
  if (parsed.kind === 'unusable') return parsed;
  const faults = parsed.entries.flatMap(({ allow }, index) =>
    addressRule(allow) === null ? [`destination ${String(index + 1)}, allow addresses: ${ADDRESSES}`] : [],
  );
  return faults.length === 0 ? parsed : { kind: 'unusable', faults };
}

/**
 * Follows the file; one that cannot be used leaves the destinations as they were.
 * @param onChange called with each content that can be used
 * @returns what ends it
 */
export const followDestinationsFile = (
  path: string,
  onChange: (entries: readonly DestinationEntry[]) => void,
  log: Logger,
): (() => void) =>
  followFile(
    () => readDestinationsFile(path),
    onChange,
    (detail) => {
      log.error({ file: path, detail }, 'DESTINATIONS_FILE cannot be used; the destinations stay as they were');
    },
  );
