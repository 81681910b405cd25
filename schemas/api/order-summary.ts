import { z } from 'zod';
import { LocationId, OrderId } from '../wire/handle-order';
import { Revision, Time } from './order-view';
import { COMPARED } from '../events/rail-actions';
import { ReaderName } from '../files/readers';
import { STAGES, VERDICTS } from '../vocabulary';

/** What became of an order, in short: what `GET .../summary` answers. */

/** Most events of an order number that a summary is made of, from the first on: more than any but a broken one has. */
export const MAX_SUMMARY_EVENTS = 5_000;

/** Most visits of one turn of a driver in a summary: the first ones and the last ones; more than nearly any driver has. */
export const MAX_SUMMARY_VISITS = 20;
/** Most turns of drivers in the summary of one order: the first ones and the last ones. */
export const MAX_SUMMARY_DRIVERS = 50;
/** Most stages in the summary of one order: the first ones and the last ones. */
export const MAX_SUMMARY_STAGES = 100;
/** Most handovers in the summary of one order: the first ones and the last ones. */
export const MAX_SUMMARY_HANDOVERS = 20;
/** Most characters of a name, a source or a license plate in a summary; of a longer one the rest is a `…`. */
export const MAX_NAME_CHARACTERS = 100;

const until = Time.nullable().meta({ description: 'null while it goes on' });

/** Times of a part of a summary that an old report may have brought. */
const mayBeOld = z.array(Time).meta({
  description:
    'those of its times at which a report came that may be an old one, sent again or late: one like it came before, or it ' +
    'was about an earlier step than the order had reached',
});

const leftOut = (of: string, max: number) =>
  z
    .int()
    .nonnegative()
    .meta({ description: `how many ${of} were left out in the middle, as there were more than ${String(max)}` });

/** What people wrote or a platform sent, in short. */
const ShortText = z.string().nullable();
const cut = `cut after ${String(MAX_NAME_CHARACTERS)} characters, with … at its end`;

/** How long the order stood at one stage. */
export const StageSpan = z
  .object({ stage: z.enum(STAGES), from: Time, to: until })
  .meta({ id: 'StageSpan', description: 'How long the order stood at one stage' });
export type StageSpan = z.infer<typeof StageSpan>;

/** From when to when a driver was at the restaurant, as reported. */
export const Visit = z
  .object({ from: Time, to: until, may_be_old: mayBeOld })
  .meta({ id: 'Visit', description: 'From when to when a driver was at the restaurant, as reported' });
export type Visit = z.infer<typeof Visit>;

/** How the turn of a driver began. */
export const TURN_BEGINNINGS = ['assigned', 'here', 'reopened', 'after_end'] as const;
/** Why the turn of a driver ended. */
export const TURN_ENDS = ['another_driver', 'unassigned', 'not_here', 'order_ended', 'number_reused'] as const;
export type TurnEnd = (typeof TURN_ENDS)[number];

/** One driver of an order: from when to when, when here, and whether the driver left with the food. */
export const DriverTurn = z
  .object({
    name: ShortText.meta({ description: cut, examples: ['Jane Driver'] }),
    source: ShortText.meta({ description: cut, examples: ['uber'] }),
    license_plate: ShortText.meta({ description: cut }),
    from: Time.meta({ description: 'when this driver was first reported' }),
    to: Time.nullable().meta({
      description: 'when another driver or none was reported, or the order ended; null while none of it has happened',
    }),
    began: z.enum(TURN_BEGINNINGS).meta({
      description:
        'assigned: as the driver of the order; here: somebody was here whom no report had named yet; reopened: the report ' +
        'opened an order again that had ended; after_end: the driver was first named after the order had ended',
    }),
    reopened: z.enum(STAGES).nullable().meta({
      description: 'the stage at which the order had ended that the report of this driver opened again; null otherwise',
    }),
    ended_by: z
      .enum(TURN_ENDS)
      .nullable()
      .meta({
        description:
          'another_driver, or unassigned: a report said so; not_here: somebody without a name was not reported here any ' +
          'more; order_ended; number_reused: by another order; null while it goes on',
      }),
    here: z.array(Visit).meta({
      description:
        'each time that a report said so of this driver, for as long as the order stood at the stage driver_here then',
    }),
    visits_left_out: leftOut('visits', MAX_SUMMARY_VISITS),
    without_food_at: Time.nullable().meta({
      description: 'when failed_to_pickup was reported: this driver did not get the food; null if it was not',
    }),
    left_at: Time.nullable().meta({
      description: 'when it was reported that the food had left, with this driver; null if it was not',
    }),
    may_be_old: mayBeOld,
  })
  .meta({ id: 'DriverTurn', description: 'One driver of an order, from when to when' });
export type DriverTurn = z.infer<typeof DriverTurn>;

/** That somebody at the counter handed the order over. */
export const Handover = z
  .object({
    revision: Revision,
    by: ReaderName.nullable().meta({ description: 'name of the reader who pressed; null while reading was open' }),
    at: Time.meta({ description: 'when it was pressed, by the clock of the screen, which only claims it' }),
    received_at: Time.meta({ description: 'when it came' }),
    compared: z.array(z.enum(COMPARED)).meta({ description: 'what of the driver was compared with the card' }),
    name: ShortText.meta({ description: `of the driver on the card; ${cut}`, examples: ['Ana S.'] }),
    source: ShortText.meta({ description: cut, examples: ['uber'] }),
    license_plate: ShortText.meta({ description: cut }),
    undone_at: Time.nullable().meta({ description: 'when it was undone; null if it was not' }),
  })
  .meta({ id: 'Handover', description: 'That somebody at the counter handed the order over' });
export type Handover = z.infer<typeof Handover>;

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
    canceled_at: Time.nullable().meta({
      description: 'when it was reported canceled; null if it was not, or if it was reopened since',
    }),
    left_at: Time.nullable().meta({
      description:
        'when it was reported that the food had left, by name of a driver or not; null if it was not since the last driver ' +
        'was assigned or taken away',
    }),
    stages: z.array(StageSpan).meta({ description: 'each begins where the one before it ends, if none was left out' }),
    stages_left_out: leftOut('stages', MAX_SUMMARY_STAGES),
    drivers: z.array(DriverTurn).meta({ description: 'oldest first; one who came back later is in it again' }),
    drivers_left_out: leftOut('drivers', MAX_SUMMARY_DRIVERS),
    handovers: z.array(Handover).meta({ description: 'oldest first' }),
    handovers_left_out: leftOut('handovers', MAX_SUMMARY_HANDOVERS),
    may_be_old: mayBeOld,
    verdicts: z.array(VerdictCount).meta({ description: 'those that there were, in the order of their list' }),
  })
  .meta({
    id: 'OrderSummary',
    description:
      'What became of one order. Where the clock of the service was set back, or an event has no time, times stay at the ' +
      'latest before it',
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
