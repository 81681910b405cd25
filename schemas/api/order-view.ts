import { z } from 'zod';
import { DriverDetails, Fault, LocationId, OrderId } from '../wire/handle-order';
import { QuarantineId, RelayId } from '../events/delivery-ids';
import { OrderEventMetadata, RelayedData, Seal } from '../events/event-data';
import { Label } from '../label';
import { Position } from '../events/position';
import { COMPARED } from '../events/rail-actions';
import { ReaderName } from '../files/readers';
import { ATTENTION_CODES, STAGES, VERDICTS } from '../vocabulary';
import { WITHHELD } from '../events/withheld';

/** What the API answers. The OpenAPI document is generated from these schemas (docs/architecture.md#http-contract). */

export const Time = z.iso
  .datetime({ precision: 3 })
  .meta({ description: 'RFC 3339, UTC, milliseconds', examples: ['2026-11-21T18:04:05.678Z'] });
export const Revision = z
  .int()
  .nonnegative()
  .meta({ description: 'place of an event in its order, from 0', examples: [3] });
export const Cursor = z
  .string()
  .nullable()
  .meta({ description: 'give it as `after` to get the next page; null at the end' });

/** An event that reported the same before, with others in between. */
export const EarlierReport = z
  .object({ revision: Revision, received_at: Time })
  .meta({ id: 'EarlierReport', description: 'An event that reported the same before, with others in between' });
export type EarlierReport = z.infer<typeof EarlierReport>;

/** What is shown of each action that counts. */
const ByWhom = {
  by: ReaderName.nullable().meta({ description: 'name of the reader who pressed; null while reading is open' }),
  at: Time.meta({ description: 'when it was pressed, by the clock of the screen, which only claims it' }),
  received_at: Time.meta({ description: 'when it came' }),
  driver_revision: Revision.nullable().meta({
    description: 'of the event that first reported the driver on the card; null: nobody was known',
  }),
  revision: Revision.meta({ description: 'of the action' }),
};

/** That the food was handed over. */
export const HandedOver = z
  .object({
    ...ByWhom,
    compared: z.array(z.enum(COMPARED)).meta({ description: 'what of the driver was compared with the card' }),
  })
  .meta({ id: 'HandedOver', description: 'That somebody at the counter handed the order over' });
export type HandedOver = z.infer<typeof HandedOver>;

/** That somebody has seen what changed. */
export const Acknowledged = z
  .object(ByWhom)
  .meta({ id: 'Acknowledged', description: 'That somebody at the counter has seen what changed' });
export type Acknowledged = z.infer<typeof Acknowledged>;

/** One order as it stands. */
export const Order = z
  .object({
    location_id: LocationId,
    order_id: OrderId,
    status: z
      .string()
      .nullable()
      .meta({
        description: 'last reported; null while only a cancellation was reported',
        examples: ['ready_for_pickup'],
      }),
    delivery_status: z
      .string()
      .nullable()
      .meta({ description: 'last reported', examples: ['arrived_at_pickup'] }),
    driver_details: DriverDetails.nullable().meta({ description: 'the driver assigned now, or null' }),
    stage: z.enum(STAGES).meta({ description: 'where the order stands for people at the counter' }),
    attention: z.array(z.enum(ATTENTION_CODES)).meta({ description: 'what to look at now' }),
    label: Label.optional().meta({
      description: 'what it is called where it is handed over, as it is now; absent if nobody said, and in past states',
    }),
    same_report_as: EarlierReport.nullable().meta({
      description: 'what the newest event may be a repeat of (attention may_be_a_repeat), or null',
    }),
    handed_over: HandedOver.nullable().meta({
      description: 'the newest handover that was not undone, or null; it says nothing of the stage',
    }),
    acknowledged: z
      .object({
        cancel: Acknowledged.nullable().meta({ description: 'that the order was canceled' }),
        driver_change: Acknowledged.nullable().meta({ description: 'that this driver comes now' }),
      })
      .meta({ description: 'what somebody at the counter has seen, as long as it lasts' }),
    revision: Revision.meta({ description: 'of the newest event that this state includes' }),
    first_received_at: Time.meta({
      description: 'of the first event of this order, which is not that of an earlier order with its number',
    }),
    updated_at: Time.meta({ description: 'of the newest event' }),
    reported_at: Time.meta({ description: 'of the newest report about it, which an action at the counter is not' }),
    stage_since: Time,
  })
  .meta({ id: 'Order', description: 'One order as it stands' });
export type Order = z.infer<typeof Order>;

/** Open orders that one driver takes together. */
export const DriverGroup = z
  .object({ order_ids: z.array(OrderId).min(2).meta({ description: 'the order that came first is the first' }) })
  .meta({ id: 'DriverGroup', description: 'Open orders of a location that one driver takes together' });
export type DriverGroup = z.infer<typeof DriverGroup>;

export const OrderPage = z
  .object({
    orders: z.array(Order),
    driver_groups: z
      .array(DriverGroup)
      .optional()
      .meta({
        description:
          'groups in which an order of this page is, with their orders on other pages too; absent with `as_of`. Groups come and ' +
          'go without news of each of their orders, so they are not part of an order',
      }),
    next: Cursor,
  })
  .meta({ id: 'OrderPage', description: 'A page of orders' });
export type OrderPage = z.infer<typeof OrderPage>;

/** One driver of an order, from when to when, and how it ended. */
export const FoundDriver = z
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
    ended_by: z.enum(['another_driver', 'unassigned', 'order_ended']).nullable().meta({
      description: 'which of these it was; null while none of it has happened',
    }),
    left_at: Time.nullable().meta({
      description: 'when it was reported that the food had left, with this driver; null if it was not',
    }),
    replaced_by: z
      .object({
        name: z
          .string()
          .nullable()
          .meta({ examples: ['Ann Lee'] }),
        source: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'who was reported next for the same order; null if nobody was' }),
  })
  .meta({ id: 'FoundDriver', description: 'One driver of an order, from when to when, and how it ended' });
export type FoundDriver = z.infer<typeof FoundDriver>;

/** An order as it stands, and who drove. */
export const FoundOrder = Order.extend({
  number_since: Time.meta({
    description:
      'of the first event of the order number, which is that of an earlier order if the number came again; pages go by it, the ' +
      'newest first',
  }),
  drivers: z.array(FoundDriver).meta({
    description: 'those of all its drivers that were looked for, oldest first; all of them, if none was',
  }),
}).meta({ id: 'FoundOrder', description: 'An order as it stands, and who drove' });
export type FoundOrder = z.infer<typeof FoundOrder>;

export const FoundOrders = z
  .object({ orders: z.array(FoundOrder), next: Cursor })
  .meta({ id: 'FoundOrders', description: 'A page of orders that were found' });
export type FoundOrders = z.infer<typeof FoundOrders>;

/** One difference between two states of an order. */
export const Change = z
  .object({
    pointer: z.string().meta({ description: 'JSON pointer (RFC 6901) into the Order' }),
    from: z.unknown().meta({ description: 'null where there was nothing' }),
    to: z.unknown().meta({ description: 'null where there is nothing any more' }),
  })
  .meta({ id: 'Change', description: 'One difference between two states of an order' });
export type Change = z.infer<typeof Change>;

/** Metadata as they are shown: readers who do not see contacts do not see what hashes over them are either. */
const ShownMetadata = OrderEventMetadata.extend({
  content_hash: Seal.shape.content_hash.or(z.literal(WITHHELD)),
  previous_hash: Seal.shape.previous_hash.or(z.literal(WITHHELD)).optional(),
  event_hash: Seal.shape.event_hash.or(z.literal(WITHHELD)).optional(),
});

/** One event of an order beside the state after it. */
export const HistoryEvent = z
  .object({
    revision: Revision,
    position: Position,
    type: z.string(),
    received_at: Time,
    data: z
      .record(z.string(), z.unknown())
      .meta({ description: '`object` of the delivery, verbatim; or what was done with the order' }),
    metadata: ShownMetadata,
    stage: z.enum(STAGES).meta({ description: 'after this event' }),
    verdict: z.enum(VERDICTS).meta({ description: 'how this event was read' }),
    same_report_as: EarlierReport.nullable().meta({
      description: 'an earlier event that reported the same, with others in between, or null',
    }),
    unreadable: z.array(z.string()).meta({
      description: 'JSON pointers into `data` of what was read otherwise than it came, or could not be read',
      examples: [['/driver_details/passcode']],
    }),
    changes: z.array(Change).meta({ description: 'what this event changed in the Order' }),
  })
  .meta({ id: 'HistoryEvent', description: 'One event of an order beside the state after it' });
export type HistoryEvent = z.infer<typeof HistoryEvent>;

export const HistoryPage = z
  .object({ events: z.array(HistoryEvent), next: Cursor })
  .meta({ id: 'HistoryPage', description: 'A page of the events of an order' });
export type HistoryPage = z.infer<typeof HistoryPage>;

/** Answers of `POST /handle-order` (docs/protocol.md#section-4). */
export const Recorded = z
  .object({ outcome: z.literal('recorded'), location_id: LocationId, order_id: OrderId, revision: Revision })
  .meta({ id: 'Recorded', description: 'The update is stored, committed and synced' });
export const Repeat = z
  .object({ outcome: z.literal('repeat'), location_id: LocationId, order_id: OrderId, revision: Revision })
  .meta({
    id: 'Repeat',
    description: 'The content equals the newest event of its order, which `revision` names; nothing is stored',
  });
export const Quarantined = z
  .object({
    outcome: z.literal('quarantined'),
    quarantine_id: QuarantineId.meta({ description: 'for GET /quarantine/{id}', examples: ['17'] }),
    errors: z.array(Fault),
  })
  .meta({ id: 'Quarantined', description: 'The delivery cannot be used, and is kept in quarantine' });
/** Answer of `GET` at the same URL, to clients that look whether it is there. */
export const HandleOrderHere = z
  .object({ service: z.literal('ticket-rail'), detail: z.string() })
  .meta({ id: 'HandleOrderHere', description: 'The URL is that of Handle Order' });
export type HandleOrderHere = z.infer<typeof HandleOrderHere>;
export const Ping = z
  .object({ outcome: z.literal('ping') })
  .meta({ id: 'Ping', description: 'A ping; nothing is stored' });
export type HandleOrderAnswer =
  z.infer<typeof Recorded> | z.infer<typeof Repeat> | z.infer<typeof Quarantined> | z.infer<typeof Ping>;

/** One delivery in quarantine. */
export const QuarantineEntry = z
  .object({
    quarantine_id: QuarantineId,
    received_at: Time,
    about: z
      .object({
        type: z.string().nullable().meta({ description: '`type`, its first 64 characters' }),
        location_id: LocationId.nullable().meta({ description: '`object.location_id`' }),
        order_id: OrderId.nullable().meta({ description: '`object.order_id`' }),
        source: z.string().nullable().meta({
          description: '`object.driver_details.source` or `object.source`, its first 64 characters',
        }),
      })
      .meta({ description: 'what the body says, as far as it can be read; each null where it does not say so' }),
    content_type: z.string().nullable(),
    content_encoding: z.string().nullable(),
    errors: z.array(Fault),
    body_sha256: z.string(),
    body_bytes: z.int().nonnegative(),
    signed_with: z.string().nullable(),
    request_id: z.string(),
    redriven: z
      .object({
        at: Time,
        outcome: z.enum(['recorded', 'repeat']),
        location_id: LocationId,
        order_id: OrderId,
        revision: Revision,
      })
      .nullable()
      .meta({ description: 'what became of it, or null while it waits' }),
  })
  .meta({ id: 'QuarantineEntry', description: 'One delivery in quarantine' });
export type QuarantineEntry = z.infer<typeof QuarantineEntry>;

export const QuarantinePage = z
  .object({ deliveries: z.array(QuarantineEntry), next: Cursor })
  .meta({ id: 'QuarantinePage', description: 'A page of the deliveries in quarantine' });
export type QuarantinePage = z.infer<typeof QuarantinePage>;

/** One delivery in quarantine with all that came. */
export const QuarantineDetail = QuarantineEntry.extend({
  body_base64: z.string().meta({ description: 'the body as it came' }),
  body_text: z.string().nullable().meta({
    description: 'the body as text, decoded if it came with a Content-Encoding; null if it is not UTF-8',
  }),
}).meta({ id: 'QuarantineDetail', description: 'One delivery in quarantine with all that came' });
export type QuarantineDetail = z.infer<typeof QuarantineDetail>;

/** One delivery that was passed on to the POS, and how that was answered. */
export const RelayEntry = RelayedData.extend({
  relay_id: RelayId,
  received_at: Time,
  body_sha256: z.string().meta({
    description:
      'SHA-256 of the raw body bytes that were passed on, hex; withheld from readers who do not see contacts',
  }),
  signed_with: z.string().nullable(),
  request_id: z.string(),
}).meta({ id: 'RelayEntry', description: 'One delivery that was passed on to the POS, and how that was answered' });
export type RelayEntry = z.infer<typeof RelayEntry>;

export const RelayPage = z
  .object({ relays: z.array(RelayEntry), next: Cursor })
  .meta({ id: 'RelayPage', description: 'A page of the deliveries that were passed on to the POS' });
export type RelayPage = z.infer<typeof RelayPage>;

/** What the POS answers to an `order.created` that was passed on: it accepts the order, or rejects it. */
export const OrderAccepted = z
  .looseObject({ order: z.looseObject({ provider_id: z.string().meta({ description: "the POS's id of the order" }) }) })
  .meta({ id: 'OrderAccepted', description: 'The POS accepts the order that was passed on to it' });
export const OrderRejected = z
  .looseObject({ posValidation: z.unknown().meta({ description: 'why the POS rejects the order' }) })
  .meta({ id: 'OrderRejected', description: 'The POS rejects the order that was passed on to it' });

/** Answer of `GET /readyz`. */
export const Readiness = z
  .object({
    ready: z.boolean(),
    checks: z.array(
      z.object({
        name: z.enum(['event_store', 'projector', 'lifecycle']),
        ok: z.boolean(),
        detail: z.string().meta({ description: 'what it waits for' }),
      }),
    ),
  })
  .meta({ id: 'Readiness', description: 'Whether the service can work, and what it waits for' });
export type Readiness = z.infer<typeof Readiness>;
