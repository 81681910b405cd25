import { z } from 'zod';
import { LocationId } from '../wire/handle-order';
import { Heartbeat } from './live';
import { LocationFacts } from '../files/locations';
import { LocationSummary } from './location-view';
import { Cursor, Time } from './order-view';
import { STAGES } from '../vocabulary';

/** What `GET /overview` and `GET /overview/live` answer: how each location fares. Nothing in it is about a person. */

/** The open orders of a location that are in one stage. */
export const StageCount = z
  .object({
    stage: z.enum(STAGES).exclude(['completed', 'failed', 'canceled', 'returned']),
    orders: z.int().positive(),
    waiting_since: Time.nullable().meta({
      description:
        'since when the one that is in the stage longest is in it, but for those that were handed over and need no action ' +
        'nor come back; null: all were',
    }),
  })
  .meta({ id: 'StageCount', description: 'The open orders of a location that are in one stage' });
export type StageCount = z.infer<typeof StageCount>;

/** How a location fares. */
export const LocationOverview = z
  .object({
    location_id: LocationId,
    name: LocationSummary.shape.name,
    thresholds: LocationFacts.shape.thresholds,
    stages: z.array(StageCount).meta({
      description:
        'those in which there are orders; of the 1,000 open orders with the newest news, and without those of `quiet`',
    }),
    canceled: z.int().nonnegative().meta({
      description:
        'orders that were canceled in the last 2 hours, of the 50 that ended last, and nobody has acknowledged it',
    }),
    quiet: z.int().nonnegative().meta({ description: 'open orders of which nothing was reported for 12 hours' }),
  })
  .meta({ id: 'LocationOverview', description: 'How a location fares: counts, stages and times only' });
export type LocationOverview = z.infer<typeof LocationOverview>;

/** Answer of `GET /overview`. */
export const OverviewPage = z
  .object({
    now: Time.meta({ description: 'time of the service' }),
    locations: z.array(LocationOverview),
    next: Cursor,
  })
  .meta({ id: 'OverviewPage', description: 'A page of locations, and how each fares' });
export type OverviewPage = z.infer<typeof OverviewPage>;

/** `snapshot`: replaces what was known. */
export const OverviewSnapshot = z
  .object({
    now: Time.meta({ description: 'time of the service' }),
    locations: z.array(LocationOverview),
    truncated: z.boolean().meta({ description: 'there are more locations: they come as they change' }),
  })
  .meta({
    id: 'OverviewSnapshot',
    description: 'Data of `snapshot`: how each location fares; it replaces what was known',
  });
export type OverviewSnapshot = z.infer<typeof OverviewSnapshot>;

/** `changed`: the locations that fare otherwise than before. */
export const OverviewChange = z
  .object({ locations: z.array(LocationOverview).min(1) })
  .meta({ id: 'OverviewChange', description: 'Data of `changed`: locations that have news, each once' });
export type OverviewChange = z.infer<typeof OverviewChange>;

/** `heartbeat`: how things stand, and that somebody is there. */
export const OverviewHeartbeat = Heartbeat.omit({ quarantined: true, location: true }).meta({
  id: 'OverviewHeartbeat',
  description: 'Data of `heartbeat` of the overview: how things stand, and that somebody is there',
});
export type OverviewHeartbeat = z.infer<typeof OverviewHeartbeat>;
