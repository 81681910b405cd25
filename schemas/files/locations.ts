import { z } from 'zod';
import { LocationId } from '../wire/handle-order';
import { isReadAs, LANGUAGES } from '../language/languages';
import { type ListIssue, type ParsedList, parseList, repeatsIn } from '../json/list-file';
import { isTimeZone } from '../local-time';
import { recordOf } from '../records';
import { MOST_MINUTES, OPEN_STAGES } from './thresholds';

/**
 * The file of LOCATIONS_FILE: what people call each location, by whose clocks it lives, which language its screens speak,
 * and when an order is late there.
 */

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

const LANGUAGE_FORM = `expected the tag of a language that screens speak: ${Object.keys(LANGUAGES).join(', ')}`;
const ScreenLanguage = z
  .string({ error: LANGUAGE_FORM })
  .refine((tag) => Object.keys(LANGUAGES).some((language) => isReadAs(language, tag)), LANGUAGE_FORM);

const MINUTES_FORM = `expected whole minutes, from 1 to ${String(MOST_MINUTES)}`;
const Minutes = z.int({ error: MINUTES_FORM }).min(1, MINUTES_FORM).max(MOST_MINUTES, MINUTES_FORM);
const LocationThreshold = z
  .object({
    late: Minutes.meta({ description: 'minutes in the stage from which an order is late', examples: [8] }),
    very_late: Minutes.meta({ description: 'minutes in the stage from which it is very late', examples: [15] }),
  })
  .meta({ id: 'LocationThreshold', description: 'When an order is late in a stage' });
const LocationThresholds = z.object(recordOf(OPEN_STAGES, () => LocationThreshold.optional())).meta({
  id: 'LocationThresholds',
  description: 'When an order is late; for stages that are left out, as by default',
});

/** As a file has them, in which a field that is not known is a slip. */
const FileThreshold = z.strictObject(LocationThreshold.shape).refine(({ late, very_late }) => late <= very_late, {
  error: 'expected at least as many minutes as in late',
  path: ['very_late'],
});

export const LocationEntry = z.strictObject({
  location_id: LocationId,
  name: LocationName.optional(),
  time_zone: TimeZone.optional(),
  language: ScreenLanguage.optional(),
  thresholds: z.strictObject(recordOf(OPEN_STAGES, () => FileThreshold.optional())).optional(),
});
export type LocationEntry = z.infer<typeof LocationEntry>;

const LocationsFile = z
  .strictObject({
    locations: z
      .array(LocationEntry, 'expected a list of locations')
      .max(MAX_NAMED_LOCATIONS, `expected at most ${String(MAX_NAMED_LOCATIONS)} locations`),
  })
  .superRefine(({ locations }, context) => {
    for (const { at, first } of repeatsIn(locations.map(({ location_id }) => location_id))) {
      const message = `the same as of location ${String(first + 1)}`;
      context.addIssue({ code: 'custom', path: ['locations', at, 'location_id'], message });
    }
  })
  .transform(({ locations }) => locations);

/** What is known of a location besides its orders; null where the file says nothing. */
export const LocationFacts = z
  .object({
    name: LocationName.nullable().meta({ description: 'what people call it, if LOCATIONS_FILE says so' }),
    time_zone: z
      .string()
      .nullable()
      .meta({
        description: 'its time zone by its name in the IANA database, if LOCATIONS_FILE says so',
        examples: ['America/New_York'],
      }),
    language: z
      .string()
      .nullable()
      .meta({ description: 'what its screens speak, as a BCP 47 tag, if LOCATIONS_FILE says so', examples: ['es'] }),
    thresholds: LocationThresholds.nullable().meta({ description: 'when an order is late, if LOCATIONS_FILE says so' }),
  })
  .meta({ id: 'LocationFacts', description: 'What LOCATIONS_FILE says of a location; null where it says nothing' });
export type LocationFacts = z.infer<typeof LocationFacts>;

function faultOf({ path, message }: ListIssue): string {
  const [list, index, ...fields] = path;
  if (list === undefined) return `${message}: expected {"locations": [...]}`;
  if (typeof index !== 'number') return `${String(list)}: ${message}`;
  return `location ${String(index + 1)}${fields.length === 0 ? '' : `, ${fields.map(String).join('.')}`}: ${message}`;
}

/** Most faults of a file that are named: a log line holds them. */
const MOST_FAULTS = 10;
const firstOf = (faults: readonly string[]): readonly string[] =>
  faults.length <= MOST_FAULTS
    ? faults
    : [...faults.slice(0, MOST_FAULTS), `and ${String(faults.length - MOST_FAULTS)} more`];

/** Parses the locations from JSON text. An empty list is usable: each location is called by its id. */
export function parseLocations(text: string): ParsedList<LocationEntry> {
  const parsed = parseList(text, LocationsFile, faultOf);
  return parsed.kind === 'usable' ? parsed : { kind: 'unusable', faults: firstOf(parsed.faults) };
}
