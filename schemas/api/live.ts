import { z } from 'zod';
import { LocationId, OrderId } from '../wire/handle-order';
import { Label } from '../label';
import { LocationFacts } from '../files/locations';
import { Order, Revision, Time } from './order-view';
import { STAGES } from '../vocabulary';

/** What `GET /locations/{location_id}/live` sends: the data of its server-sent events. */

/** An order as a wall in front of customers may show it: nothing about persons. */
export const CustomerOrder = z
  .object({
    order_id: OrderId,
    number: Label.shape.number.meta({ description: 'what the customer calls it; absent if nobody said' }),
    revision: Revision,
    stage: z.enum(STAGES),
    ready: z.boolean().meta({ description: 'the food is ready and still at the restaurant' }),
    stage_since: Time,
    updated_at: Time,
  })
  .meta({
    id: 'CustomerOrder',
    description: 'An order as a wall in front of customers may show it: nothing about persons',
  });
export type CustomerOrder = z.infer<typeof CustomerOrder>;

/** `resumed`: what came after `Last-Event-ID` follows. The start of `snapshot` too. */
export const LiveStart = z
  .object({
    location_id: LocationId,
    now: Time.meta({ description: 'time of the service' }),
    folds: z.string().meta({
      description:
        'identifies the reading of history. If it is another than before, orders that did not change may read otherwise ' +
        'now: connect without Last-Event-ID',
    }),
  })
  .meta({ id: 'LiveStart', description: 'Data of `resumed`: what came after Last-Event-ID follows' });
export type LiveStart = z.infer<typeof LiveStart>;

/** `location` of a stream of several: what follows is of this location, up to the next such message. */
export const LiveLocation = z
  .object({ location_id: LocationId })
  .meta({ id: 'LiveLocation', description: 'Data of `location`: of which location the messages are that follow' });
export type LiveLocation = z.infer<typeof LiveLocation>;

/** `refused` of a stream of several: the reader may not see the location. */
export const LiveRefusal = z.object({ detail: z.string().meta({ description: 'why, for people' }) }).meta({
  id: 'LiveRefusal',
  description: 'Data of `refused`: the reader may not see the location; nothing of it follows',
});
export type LiveRefusal = z.infer<typeof LiveRefusal>;

/** `snapshot`: all that is to be known; replaces what was known. */
export const LiveSnapshot = LiveStart.extend({
  orders: z.array(z.union([Order, CustomerOrder])),
  truncated: z.boolean().meta({ description: 'there are more active orders, with older news' }),
}).meta({ id: 'LiveSnapshot', description: 'Data of `snapshot`: all that is to be known; it replaces what was known' });
export type LiveSnapshot = z.infer<typeof LiveSnapshot>;

/** `heartbeat`: how things stand, and that somebody is there. */
export const Heartbeat = z
  .object({
    now: Time.meta({ description: 'time of the service' }),
    store: z.enum(['ok', 'unavailable', 'behind']).meta({
      description: 'unavailable: the event store cannot be reached; behind: the read model is catching up',
    }),
    lag_ms: z
      .int()
      .nonnegative()
      .meta({ description: 'how long the oldest acknowledged update has not been readable' }),
    quarantined: z
      .int()
      .nonnegative()
      .meta({
        description:
          'deliveries of the last 24 hours that name this location, cannot be used and wait in quarantine, but for types ' +
          'that are not recorded here; 0 for customers',
      }),
    interval_ms: z.int().positive().meta({ description: 'the next heartbeat comes within this time' }),
    location: LocationFacts.meta({
      description: 'what LOCATIONS_FILE says of the location, as it is now; no thresholds for customers',
    }),
  })
  .meta({ id: 'Heartbeat', description: 'Data of `heartbeat`: how things stand, and that somebody is there' });
export type Heartbeat = z.infer<typeof Heartbeat>;
