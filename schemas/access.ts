import { z } from 'zod';
import { Id } from './handle-order';
import { Cursor, Time } from './order-view';
import { ReaderName, ReaderRole } from './readers';

/** Who looked at what: events of the stream `access`, and how they are told (docs/decisions/014-insight.md). */

/** Every access of a configured reader, in the order in which they were recorded. */
export const ACCESS_STREAM = 'access';
export const ACCESS_READ = 'access.read';

/** What was looked at. */
export const ACCESSES = ['history', 'search', 'export', 'quarantine', 'passcode'] as const;

/** Data of an `access.read` event. */
export const AccessData = z.object({
  reader: ReaderName.meta({ description: 'name of the reader' }),
  role: ReaderRole,
  what: z.enum(ACCESSES).meta({
    description: 'passcode: of a current order; recorded at most once in 10 minutes for each reader and order',
  }),
  location_id: Id.optional(),
  order_id: Id.optional(),
  path: z.string().meta({ description: 'of the request; values of parameters that may be about persons are withheld' }),
  at: Time,
});
export type AccessData = z.infer<typeof AccessData>;

/** One access as it is told. */
export const AccessEntry = AccessData.extend({
  access_id: z.string().meta({ description: 'place among all accesses, from 0' }),
}).meta({ id: 'AccessEntry' });
export type AccessEntry = z.infer<typeof AccessEntry>;

export const AccessPage = z.object({ accesses: z.array(AccessEntry), next: Cursor }).meta({ id: 'AccessPage' });
export type AccessPage = z.infer<typeof AccessPage>;
