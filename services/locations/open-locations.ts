import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { ParsedList } from '../../schemas/json/list-file';
import { type LocationEntry, type LocationFacts, parseLocations } from '../../schemas/files/locations';
import { ConfigError } from '../config/config';
import { codeOf } from '../files/error-code';
import { followFile } from '../files/follow-file';

export interface Locations {
  /** Returns the same object until the file is another. */
  readonly factsOf: (locationId: string) => LocationFacts;
  close(): void;
}

const NOTHING: LocationFacts = { name: null, time_zone: null, language: null, thresholds: null };

/**
 * Reads a file, and parses it only where it is not the text of the time before: each zone of a name takes the clock of
 * that zone, which for thousands of them keeps the process busy for as long as a second.
 */
function fileReader(path: string): () => Promise<ParsedList<LocationEntry>> {
  let last: { readonly text: string; readonly parsed: ParsedList<LocationEntry> } | null = null;
  return async () => {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      const word = codeOf(error) ?? String(error);
      return { kind: 'unusable', faults: [`the file cannot be read (${word}): make it, or unset LOCATIONS_FILE`] };
    }
    if (last?.text !== text) last = { text, parsed: parseLocations(text.replace(/^\uFEFF/, '')) };
    return last.parsed;
  };
}

/** @returns what is known of each location; of one of which nothing else is said than before, the same object. */
function factsById(
  entries: readonly LocationEntry[],
  before: ReadonlyMap<string, LocationFacts>,
): ReadonlyMap<string, LocationFacts> {
  return new Map(
    entries.map(({ location_id, name = null, time_zone = null, language = null, thresholds = null }) => {
      const facts = { name, time_zone, language, thresholds };
      const known = before.get(location_id);
      return [location_id, known !== undefined && isDeepStrictEqual(known, facts) ? known : facts];
    }),
  );
}

/** @throws {ConfigError} if the file cannot be used */
function usable(file: string, parsed: ParsedList<LocationEntry>): readonly LocationEntry[] {
  if (parsed.kind !== 'unusable') return parsed.entries;
  throw new ConfigError(parsed.faults.map((fault) => `LOCATIONS_FILE is ${JSON.stringify(file)}: ${fault}.`));
}

/**
 * Reads the file of LOCATIONS_FILE once, for a command.
 * @param file absolute; null: each location is called by its id
 * @throws {ConfigError} if it cannot be used
 */
export async function readLocations(file: string | null): Promise<Locations['factsOf']> {
  if (file === null) return () => NOTHING;
  const facts = factsById(usable(file, await fileReader(file)()), new Map());
  return (locationId) => facts.get(locationId) ?? NOTHING;
}

/**
 * Opens the file of LOCATIONS_FILE and follows it while the service runs; a version of it that cannot be used leaves the
 * names as they were.
 * @param file absolute; null: each location is called by its id
 * @throws {ConfigError} if it cannot be used at the start
 */
export async function openLocations(file: string | null, log: Logger): Promise<Locations> {
  if (file === null) return { factsOf: () => NOTHING, close: () => undefined };
  const read = fileReader(file);
  let last = usable(file, await read());
  let facts = factsById(last, new Map());
  const close = followFile(
    read,
    (entries) => {
      // What stays the same is known by being the same object.
      if (entries === last) return;
      last = entries;
      facts = factsById(entries, facts);
    },
    (detail) => {
      log.error({ file, detail }, 'LOCATIONS_FILE cannot be used; the names of locations stay as they were');
    },
  );
  return { factsOf: (locationId) => facts.get(locationId) ?? NOTHING, close };
}
