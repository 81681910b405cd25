import { z } from 'zod';
import { LocationId, OrderId } from '../wire/handle-order';
import { Cursor, Time } from './order-view';
import { ReaderName, ReaderRole } from '../files/readers';
import { type StreamName, streamName } from '../events/stream-name';

/** Who looked at what: events of the streams `access-{n}`, and how they are shown (docs/decisions/014-insight.md). */

/** The stream of all accesses, as it was before they were kept in volumes: it is read on, and not written any more. */
export const ACCESS_STREAM = streamName('access');
/** The stream that says which volumes there are, in their order: the revision of an event is the number of its volume. */
export const ACCESS_VOLUMES_STREAM = streamName('accesses');

/** @returns the stream of a volume: accesses of one process, in their order, that are deleted together. */
export const accessVolumeStream = (volume: number): StreamName => streamName(`${ACCESS_STREAM}-${String(volume)}`);

export const ACCESS_READ = 'access.read';
/** Type of the event that begins a volume; its data say nothing of anybody. */
export const ACCESS_VOLUME_BEGUN = 'access.volume-begun';

/** What was looked at, or done. */
export const ACCESSES = [
  'history',
  'feed',
  'search',
  'export',
  'coverage',
  'quarantine',
  'redrive',
  'action',
  'relays',
  'access',
  'readers',
  'pairing',
  'removal',
  'passcode',
] as const;

/** Data of an `access.read` event. */
export const AccessData = z.object({
  reader: ReaderName.meta({ description: 'name of the reader' }),
  role: ReaderRole,
  what: z.enum(ACCESSES).meta({
    description: 'passcode: of a current order; recorded at most once in 10 minutes for each reader and order',
  }),
  location_id: LocationId.optional(),
  order_id: OrderId.optional(),
  times: z.int().positive().optional().meta({
    description: 'how often since the last record of the same reader and thing, within the last minute; absent: once',
  }),
  path: z.string().meta({ description: 'of the request; values of parameters that may be about persons are withheld' }),
  at: Time,
});
export type AccessData = z.infer<typeof AccessData>;

/** One access as it is shown. */
export const AccessEntry = AccessData.extend({
  access_id: z.string().meta({ description: 'ascends from access to access' }),
}).meta({ id: 'AccessEntry', description: 'One access of a reader' });
export type AccessEntry = z.infer<typeof AccessEntry>;

export const AccessPage = z
  .object({ accesses: z.array(AccessEntry), next: Cursor })
  .meta({ id: 'AccessPage', description: 'A page of accesses' });
export type AccessPage = z.infer<typeof AccessPage>;
