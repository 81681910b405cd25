import { z } from 'zod';
import { LocationId } from './handle-order';
import { isTimeZone } from './local-time';

/** The file of LOCATIONS_FILE: what people call each location, and by whose clocks it lives. */

/** Most locations of a file; it is read again every few seconds. */
export const MAX_NAMED_LOCATIONS = 20_000;
/** Longest name, in UTF-16 units: a heading of a screen. */
const MAX_LOCATION_NAME = 100;

export const LocationName = z
  .string({ error: 'expected text' })
  .trim()
  .min(1, 'expected text')
  .max(MAX_LOCATION_NAME, `expected at most ${String(MAX_LOCATION_NAME)} characters`)
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'expected no control characters')
  .meta({ description: 'what people call a location', examples: ['Harbour Street'] });

const ZONE_FORM = 'expected the name of a time zone, such as America/New_York';
export const TimeZone = z.string({ error: ZONE_FORM }).refine(isTimeZone, ZONE_FORM);

export const LocationEntry = z.strictObject({
  location_id: LocationId,
  name: LocationName.optional(),
  time_zone: TimeZone.optional(),
});
export type LocationEntry = z.infer<typeof LocationEntry>;

const LocationsFile = z.strictObject({
  locations: z
    .array(LocationEntry, 'expected a list of locations')
    .max(MAX_NAMED_LOCATIONS, `expected at most ${String(MAX_NAMED_LOCATIONS)} locations`),
});

export type ParsedLocations =
  | { readonly usable: true; readonly entries: readonly LocationEntry[] }
  /** Each fault names its location, counted from 1, and its field. */
  | { readonly usable: false; readonly faults: readonly string[] };

function faultOf({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  const [list, index, field] = path;
  if (list === undefined) return `${message}: expected {"locations": [...]}`;
  if (typeof index !== 'number') return `${String(list)}: ${message}`;
  return `location ${String(index + 1)}${field === undefined ? '' : `, ${String(field)}`}: ${message}`;
}

/** Most faults of a file that are named: a log line holds them. */
const MOST_FAULTS = 10;
const firstOf = (faults: readonly string[]): readonly string[] =>
  faults.length <= MOST_FAULTS
    ? faults
    : [...faults.slice(0, MOST_FAULTS), `and ${String(faults.length - MOST_FAULTS)} more`];

/** Reads the locations from JSON text. An empty list is usable: each location is called by its id. */
export function parseLocations(text: string): ParsedLocations {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { usable: false, faults: ['expected JSON'] };
  }
  const parsed = LocationsFile.safeParse(json);
  if (!parsed.success) return { usable: false, faults: firstOf(parsed.error.issues.map(faultOf)) };
  const { locations } = parsed.data;
  const first = new Map<string, number>();
  const faults = locations.flatMap(({ location_id }, index) => {
    const before = first.get(location_id);
    if (before === undefined) first.set(location_id, index);
    return before === undefined
      ? []
      : [`location ${String(index + 1)}, location_id: the same as of location ${String(before + 1)}`];
  });
  return faults.length === 0 ? { usable: true, entries: locations } : { usable: false, faults: firstOf(faults) };
}
