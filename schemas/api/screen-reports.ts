import { z } from 'zod';
import { LocationId, OrderId } from '../wire/handle-order';
import { Revision, Time } from './order-view';
import { Position } from '../events/position';
import { ReaderName } from '../files/readers';
import { MAX_SCREEN_NAME, MAX_RECEIPTS, WATCHING_MS, SCREEN_KINDS, SHOWN_PARTS } from './screen-limits';
import { type StreamName, streamName } from '../events/stream-name';
import { VISIBLE } from '../vocabulary';

/**
 * What screens report of themselves: that they watch, how fresh what they show is, and what they really painted
 * (docs/decisions/032-display-receipts.md).
 */

/** Most digits of a position: those of 64 bits. */
const MAX_POSITION_DIGITS = 20;

/** The first moment after those that a screen's clock may say: 2100, in milliseconds since the epoch. */
const AFTER_ALL_CLOCKS = 4_102_444_800_000;
/** A time by the clock of a screen, which may be wrong: one that was without power for long begins in 1970. */
const ScreenTime = Time.refine((time) => {
  const at = Date.parse(time);
  return at >= 0 && at < AFTER_ALL_CLOCKS;
}, 'expected a time from 1970 to 2099');

const ScreenId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'expected 32 hexadecimal digits')
  .meta({ description: 'random, of one tab of a browser', examples: ['0f1e2d3c4b5a69788796a5b4c3d2e1f0'] });
export const ScreenName = z
  .string()
  .regex(
    new RegExp(`^${VISIBLE}{1,${String(MAX_SCREEN_NAME)}}$`),
    `expected 1 to ${String(MAX_SCREEN_NAME)} characters, no control characters`,
  )
  .meta({ description: 'as it is set on the screen', examples: ['counter 2'] });
const Kind = z.enum(SCREEN_KINDS).meta({
  description: 'board: somebody can touch it; wall: nobody can',
});
const OfScreen = { screen_id: ScreenId, name: ScreenName, kind: Kind };

/** That a screen painted something of an order. */
export const DisplayReceipt = z
  .strictObject({
    order_id: OrderId,
    revision: Revision.meta({ description: 'of the order as it was shown' }),
    shown: z.enum(SHOWN_PARTS).meta({ description: 'its tile or its handoff card was painted, or an alarm sounded' }),
    at: ScreenTime.meta({ description: 'when, by the clock of the screen' }),
  })
  .meta({ id: 'DisplayReceipt', description: 'That a screen showed something of an order' });
export type DisplayReceipt = z.infer<typeof DisplayReceipt>;

/** How fresh what a screen shows is. */
const OfView = {
  visible: z.boolean().meta({ description: 'whether the page can be seen: its tab is not hidden' }),
  freshness: z
    .enum(['connecting', 'live', 'stale'])
    .meta({ description: 'live: it hears from the service; stale: it shows what was, and says so' }),
  age_ms: z
    .int()
    .nonnegative()
    .nullable()
    .meta({ description: 'milliseconds since it last heard from the service; null: never' }),
  position: Position.max(MAX_POSITION_DIGITS)
    .nullable()
    .meta({ description: 'of the newest event in what it shows; null: none' }),
};

/** Body of `POST /locations/{location_id}/screen-reports`. */
export const ScreenReport = z
  .strictObject({
    ...OfScreen,
    ...OfView,
    sent_at: ScreenTime.meta({
      description: 'when it is sent, by the clock of the screen, from which its offset is found',
    }),
    receipts: z
      .array(DisplayReceipt)
      .max(MAX_RECEIPTS)
      .meta({ description: 'what was painted and not yet reported; one that is sent again is recorded once' }),
  })
  .meta({ id: 'ScreenReport', description: 'That a screen watches a location, and what it painted' });
export type ScreenReport = z.infer<typeof ScreenReport>;

const Offset = z.int().meta({
  description:
    'milliseconds from the clock of the screen to that of the service, the way of the report included: add it to a time of the screen',
});

/** One screen as it is listed. */
export const Screen = z
  .object({
    ...OfScreen,
    location_id: LocationId,
    reader: ReaderName.nullable().meta({ description: 'who is signed in; null while reading is open' }),
    ...OfView,
    reported_at: Time.meta({ description: 'when its last report came' }),
    clock_offset_ms: Offset,
    watching: z.boolean().meta({
      description: `board or wall, live and visible, and its last report is at most ${String(WATCHING_MS / 1_000)} s old`,
    }),
  })
  .meta({ id: 'Screen', description: 'One screen, by its last report' });
export type Screen = z.infer<typeof Screen>;

/** A location with active orders that nobody watches. */
export const UnwatchedLocation = z
  .object({ location_id: LocationId, active_orders: z.int().positive(), updated_at: Time })
  .meta({ id: 'UnwatchedLocation', description: 'A location with active orders that no screen watches' });
export type UnwatchedLocation = z.infer<typeof UnwatchedLocation>;

/** Answer of `GET /screen-reports`. */
export const ScreenList = z
  .object({
    screens: z.array(Screen).meta({ description: 'by location and name' }),
    unwatched: z.array(UnwatchedLocation).meta({ description: 'those with the most active orders first' }),
    unwatched_locations: z
      .int()
      .nonnegative()
      .nullable()
      .meta({
        description: `how many there are, also of those not listed; null: not known, in the first ${String(WATCHING_MS / 1_000)} s of this instance`,
      }),
  })
  .meta({ id: 'ScreenList', description: 'Which screens watch, and which locations nobody watches' });
export type ScreenList = z.infer<typeof ScreenList>;

/** Prefix of the streams of display receipts, one per location and day, which are deleted as a whole. */
const SHOWN_STREAM_PREFIX = 'shown-';
/** The stream that says which of these there are. */
export const SHOWN_DAYS_STREAM = streamName('shown');

/** @param day of the service's clock in UTC, `YYYY-MM-DD` @returns the stream of what was shown that day at a location */
export const shownStream = (location: LocationId, day: string): StreamName =>
  streamName(`${SHOWN_STREAM_PREFIX}${encodeURIComponent(location)}:${day}`);

/** Type of the events of these streams. */
export const SCREEN_SHOWN = 'screen.shown';
/** Type of the event that begins one. */
export const SHOWN_DAY_BEGUN = 'screen.day-begun';

const Milliseconds = z.int().meta({ description: 'since the epoch' });

/** One report as it is stored, as far as it has receipts: times are numbers, and receipts have no names, for their size. */
export const ShownReport = z.object({
  /** By the clock of the screen. */
  sent: Milliseconds,
  /** By that of the service. */
  received: Milliseconds,
  /** Order, revision, part, and when by the clock of the screen. */
  receipts: z.array(z.tuple([OrderId, Revision, z.enum(SHOWN_PARTS), Milliseconds])),
});
export type ShownReport = z.infer<typeof ShownReport>;

/** Reports of one screen. */
export const ShownScreen = z.object({ ...OfScreen, reader: ReaderName.nullable(), reports: z.array(ShownReport) });
export type ShownScreen = z.infer<typeof ShownScreen>;

/** Data of a `screen.shown` event: reports of some seconds. */
export const ScreenShownData = z.object({ location_id: LocationId, screens: z.array(ShownScreen) });
export type ScreenShownData = z.infer<typeof ScreenShownData>;

/** Data of a `screen.day-begun` event. */
export const ShownDayData = z.object({ location_id: LocationId, day: z.iso.date() });
export type ShownDayData = z.infer<typeof ShownDayData>;

/** One display receipt as it is answered. */
export const OrderReceipt = z
  .object({
    revision: Revision.meta({ description: 'of the order as it was shown' }),
    shown: z.enum(SHOWN_PARTS),
    shown_at: Time.meta({
      description:
        'by the clock of the service: `at` with `clock_offset_ms`, and never before the revision came, nor after `received_at`',
    }),
    ...OfScreen,
    reader: ReaderName.nullable().meta({ description: 'who was signed in; null while reading was open' }),
    at: Time.meta({ description: 'by the clock of the screen, which only claims it' }),
    received_at: Time.meta({ description: 'when the report of it came' }),
    clock_offset_ms: Offset,
  })
  .meta({ id: 'OrderReceipt', description: 'What a screen says that it showed of an order' });
export type OrderReceipt = z.infer<typeof OrderReceipt>;

/** Answer of `GET .../receipts`. */
export const OrderReceipts = z
  .object({
    receipts: z.array(OrderReceipt).meta({ description: 'the first of each screen, revision and part, oldest first' }),
    truncated: z.boolean().meta({ description: 'there are more than are listed' }),
  })
  .meta({ id: 'OrderReceipts', description: 'What screens say that they showed of an order' });
export type OrderReceipts = z.infer<typeof OrderReceipts>;
