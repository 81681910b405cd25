import { z } from 'zod';
import { LocationId } from '../wire/handle-order';
import { Time } from './order-view';
import { ReaderName, ReaderRole } from '../files/readers';

/** Who may read, as operators see it: never a token, nor its hash. */

/** One reader as it is listed. */
export const ListedReader = z
  .object({
    name: ReaderName.meta({ description: 'name of the reader' }),
    role: ReaderRole,
    locations: z.union([z.literal('*'), z.array(LocationId)]).meta({ description: '"*" is every location' }),
    acts: z.boolean().meta({ description: 'may record what was done with orders, such as handing them over' }),
    last_seen: Time.nullable().meta({
      description:
        'when it asked this instance of the service last; a stream counts when it begins. null: not since `since`',
    }),
    removable: z.boolean().meta({ description: 'whether DELETE /readers/{name} takes it away: screens of a file' }),
  })
  .meta({ id: 'ListedReader', description: 'A reader' });
export type ListedReader = z.infer<typeof ListedReader>;

/** Answer of `GET /readers`. */
export const ListedReaders = z
  .object({
    readers: z.array(ListedReader).meta({ description: 'in the order of their list' }),
    listed_in: z.enum(['file', 'variable', 'none']).meta({
      description:
        'file: that of READERS_FILE, and screens can be added and taken away here; variable: READERS; none: reading is open',
    }),
    since: Time.meta({ description: 'from when on it is known when readers asked: the start of this instance' }),
  })
  .meta({ id: 'ListedReaders', description: 'Who may read' });
export type ListedReaders = z.infer<typeof ListedReaders>;
