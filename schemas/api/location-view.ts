import { z } from 'zod';
import { LocationId } from '../wire/handle-order';
import { LocationFacts } from '../files/locations';
import { Cursor, Time } from './order-view';

/** What `GET /locations` answers. */

/** A location that something was reported about. */
export const LocationSummary = z
  .object({
    location_id: LocationId,
    active_orders: z.int().nonnegative().meta({ description: 'orders that have not ended' }),
    updated_at: Time.meta({ description: 'of the newest event' }),
    ...LocationFacts.shape,
  })
  .meta({ id: 'LocationSummary', description: 'A location that something was reported about' });
export type LocationSummary = z.infer<typeof LocationSummary>;

export const LocationPage = z
  .object({ locations: z.array(LocationSummary), next: Cursor })
  .meta({ id: 'LocationPage', description: 'A page of locations' });
export type LocationPage = z.infer<typeof LocationPage>;
