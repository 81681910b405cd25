import { z } from 'zod';
import { LocationId, OrderId } from './handle-order';
import { Revision, Time } from './order-view';
import { STAGES, VERDICTS } from './vocabulary';

/** What became of an order, in short: what `GET .../summary` answers. */

/** Most events of an order number that a summary is made of, from the first on: more than any but a broken one has. */
export const MAX_SUMMARY_EVENTS = 5_000;

const until = Time.nullable().meta({ description: 'null while it goes on' });

/** How long the order stood at one stage. */
export const StageSpan = z
  .object({ stage: z.enum(STAGES), from: Time, to: until })
  .meta({ id: 'StageSpan', description: 'How long the order stood at one stage' });
export type StageSpan = z.infer<typeof StageSpan>;

/** From when to when a driver was at the restaurant, as reported. */
export const Visit = z
  .object({ from: Time, to: until })
  .meta({ id: 'Visit', description: 'From when to when a driver was at the restaurant, as reported' });
export type Visit = z.infer<typeof Visit>;

/** One driver of an order: from when to when, when here, and whether the driver left with the food. */
export const DriverTurn = z
  .object({
    name: z
      .string()
      .nullable()
      .meta({ examples: ['Jane Driver'] }),
    source: z
      .string()
      .nullable()
      .meta({ examples: ['uber'] }),
    license_plate: z.string().nullable(),
    from: Time.meta({ description: 'when this driver was first reported' }),
    to: Time.nullable().meta({
      description: 'when another driver or none was reported, or the order ended; null while none of it has happened',
    }),
    here: z.array(Visit).meta({ description: 'each time that the order stood at the stage driver_here' }),
    without_food_at: Time.nullable().meta({
      description: 'when failed_to_pickup was reported: this driver did not get the food; null if it was not',
    }),
    left_at: Time.nullable().meta({
      description: 'when it was reported that the food had left, with this driver; null if it was not',
    }),
  })
  .meta({ id: 'DriverTurn', description: 'One driver of an order, from when to when' });
export type DriverTurn = z.infer<typeof DriverTurn>;

/** How many events were read in one way. */
export const VerdictCount = z
  .object({ verdict: z.enum(VERDICTS), events: z.int().positive() })
  .meta({ id: 'VerdictCount', description: 'How many events were read in one way' });
export type VerdictCount = z.infer<typeof VerdictCount>;

/** What became of one order. */
export const OrderSummary = z
  .object({
    first_revision: Revision,
    last_revision: Revision,
    first_received_at: Time,
    updated_at: Time,
    ended_at: Time.nullable().meta({ description: 'when the event came that ended the order; null if none did' }),
    stages: z.array(StageSpan).meta({ description: 'each begins where the one before it ends' }),
    drivers: z.array(DriverTurn).meta({ description: 'oldest first; one who came back later is in it again' }),
    verdicts: z.array(VerdictCount).meta({ description: 'those that there were, in the order of their list' }),
  })
  .meta({
    id: 'OrderSummary',
    description:
      'What became of one order. Where the clock of the service was set back, times stay at the latest before it',
  });
export type OrderSummary = z.infer<typeof OrderSummary>;

/** What became of the orders that had one number. */
export const OrderSummaries = z
  .object({
    location_id: LocationId,
    order_id: OrderId,
    time_zone: z.string().meta({ description: 'of the times in sentences', examples: ['America/New_York'] }),
    complete: z.boolean().meta({
      description: `false if the number has more than ${String(MAX_SUMMARY_EVENTS)} events: then only the first of them are in it`,
    }),
    orders: z
      .array(
        OrderSummary.extend({
          sentence: z.string().meta({
            description: 'for people, with the day where it is not that of the first event',
            examples: [
              'Omar Haddad was here 22:19:25 to 22:19:28, then Uber gave the order to Ann Lee, who left with it at 22:34:07.',
            ],
          }),
        }).meta({ id: 'WordedOrderSummary', description: 'What became of one order, also in a sentence' }),
      )
      .meta({ description: 'oldest first; mostly one, and more if the number came again' }),
  })
  .meta({ id: 'OrderSummaries', description: 'What became of the orders that had one number' });
export type OrderSummaries = z.infer<typeof OrderSummaries>;
