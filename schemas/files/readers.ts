import { z } from 'zod';
import { Id, LocationId } from '../wire/handle-order';
import { type ListIssue, type ParsedList, parseList, repeatsIn } from '../json/list-file';
import { VISIBLE } from '../vocabulary';

/** Who may read: the list of readers as it is configured, and what a reader is shown about itself. */

/** What a reader is for; services/access/permissions.ts says what each role may do. */
export const ROLES = ['screen', 'auditor', 'operator', 'pos'] as const;
export type Role = (typeof ROLES)[number];

/** Longest name of a reader. */
const MAX_NAME_LENGTH = 100;

/** Name of a reader, which is not taken for the name of anything else. */
export const ReaderName = z
  .string({ error: 'expected text' })
  .regex(
    new RegExp(`^${VISIBLE}{1,${String(MAX_NAME_LENGTH)}}$`),
    `expected 1 to ${String(MAX_NAME_LENGTH)} characters, no control characters`,
  )
  .brand<'ReaderName'>();
export type ReaderName = z.infer<typeof ReaderName>;

export const ReaderRole = z.enum(ROLES, { error: `expected ${ROLES.join(', ').replace(/, (?=\w+$)/, ' or ')}` });

const LOCATIONS = { error: 'expected "*" or a list of location ids' };
/** `"*"` is every location, those that come later included. */
export const ReaderLocations = z.union(
  [z.literal('*'), z.array(z.custom<LocationId>((value) => Id.safeParse(value).success, LOCATIONS)).min(1, LOCATIONS)],
  LOCATIONS,
);

/** One reader of `READERS` or of the file that `READERS_FILE` names. */
export const ReaderEntry = z.strictObject(
  {
    name: ReaderName,
    token_sha256: z
      .string({ error: 'expected 64 hexadecimal digits' })
      .regex(/^[0-9a-f]{64}$/i, 'expected 64 hexadecimal digits')
      .toLowerCase(),
    role: ReaderRole,
    locations: ReaderLocations,
    /** May record what was done with orders, such as handing them over: a permission beside the role. */
    acts: z.boolean({ error: 'expected true or false' }).optional(),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? 'expected no fields but name, token_sha256, role, locations and acts'
        : 'expected an object with name, token_sha256, role and locations',
  },
);
export type ReaderEntry = z.infer<typeof ReaderEntry>;

/** Two readers with one token could not be distinguished, nor could two with one name be taken away one by one. */
export const ReaderList = z
  .array(ReaderEntry, { error: 'expected a JSON array of readers' })
  .superRefine((entries, context) => {
    for (const field of ['name', 'token_sha256'] as const) {
      for (const { at, first } of repeatsIn(entries.map((entry) => entry[field]))) {
        context.addIssue({ code: 'custom', path: [at, field], message: `the same as in entry ${String(first + 1)}` });
      }
    }
  });

const faultOf = ({ path: [index, field], message }: ListIssue): string =>
  typeof index === 'number'
    ? `entry ${String(index + 1)}${field === undefined ? '' : `, ${String(field)}`}: ${message}`
    : message;

/** Parses a list of readers from JSON text. An empty list is usable: it lets nobody read. */
export const parseReaders = (text: string): ParsedList<ReaderEntry> => parseList(text, ReaderList, faultOf);

/** Answer of `GET /session`: who asks, as the service sees it. */
export const Session = z
  .object({
    open: z.boolean().meta({ description: 'true: no readers are configured, and this machine may read everything' }),
    name: z.string().brand<'ReaderName'>().nullable().meta({ description: 'null while reading is open' }),
    role: z.enum(ROLES),
    locations: z.union([z.literal('*'), z.array(LocationId)]).meta({ description: '"*" is every location' }),
    acts: z.boolean().meta({ description: 'may record what was done with orders, such as handing them over' }),
  })
  .meta({ id: 'Session', description: 'Who asks, as the service sees it' });
export type Session = z.infer<typeof Session>;
