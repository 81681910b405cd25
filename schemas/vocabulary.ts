/**
 * The words Stream uses, as data (docs/protocol.md#section-1).
 *
 * The vocabulary is open: a value that is not listed here is kept and flagged, never refused
 * (docs/protocol.md#ruling-4-3). Nothing may therefore assume that a reported value is one of these.
 */

/** Form of the words of the tables below, and of all that we send ourselves. */
export const VOCABULARY_PATTERN = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * One character that is neither a control character nor an unpaired surrogate, as every dialect of regular expressions
 * reads it, with code points or with UTF-16 units for characters. Clients compile what the OpenAPI document says.
 */
export const VISIBLE = '(?:[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff])';

/**
 * Form of a word as it may come: 1 to 64 characters that somebody can see, without control characters, and any white
 * space around them (docs/protocol.md#ruling-5-4).
 */
export const WORD_PATTERN = /^(?=[\s\p{Cf}]*[^\s\p{Cf}])\s*(?!\s)(?:[^\p{Cc}\p{Cs}]|[\t-\r]){1,64}\s*$/u;

/**
 * {@link WORD_PATTERN} in the OpenAPI document, without what only Unicode mode has: looser only in that it takes words
 * that nobody can see.
 */
export const DOCUMENTED_WORD_PATTERN = `^\\s*(?!\\s)(?:${VISIBLE}|[\\t-\\r]){1,64}\\s*$`;

/**
 * @returns the one spelling of a status or delivery status that all others are read as, known or not: in lower case,
 *   without surrounding white space, with `_` for `-` and inner white space (docs/protocol.md#ruling-5-4); null for what
 *   cannot be a word
 */
export function wordOf(text: string): string | null {
  if (VOCABULARY_PATTERN.test(text)) return text;
  return WORD_PATTERN.test(text)
    ? text
        .trim()
        .toLowerCase()
        .replaceAll(/[\s-]+/g, '_')
    : null;
}

/** How far along the order as a whole is. `final` values end it unless it is reopened. */
export type StatusGroup = 'kitchen' | 'out' | 'final';

/** How far along the delivery is, for orders that are delivered. */
export type DeliveryGroup = 'before_pickup' | 'after_pickup' | 'failure' | 'return';

interface Word<Value extends string, Group extends string> {
  readonly value: Value;
  readonly group: Group;
  readonly meaning: string;
}

const words = <Value extends string, Group extends string>(
  list: readonly Word<Value, Group>[],
): ReadonlyMap<string, Word<Value, Group>> => new Map(list.map((word) => [word.value, word]));

/** Values of `status`, the order as a whole. */
export const STATUSES = words([
  { value: 'in_progress', group: 'kitchen', meaning: 'being prepared' },
  { value: 'ready_for_pickup', group: 'kitchen', meaning: 'prepared, waiting for driver or customer' },
  { value: 'out_for_delivery', group: 'out', meaning: 'picked up, being delivered' },
  { value: 'completed', group: 'final', meaning: 'delivered or picked up' },
  { value: 'failed', group: 'final', meaning: 'could not be fulfilled' },
  { value: 'merchant_canceled', group: 'final', meaning: 'canceled by the merchant' },
  { value: 'dsp_canceled', group: 'final', meaning: 'canceled by the delivery service or the customer' },
] as const satisfies readonly Word<string, StatusGroup>[]);

/** Values of `delivery_status`, the delivery. Some words stand on both axes and mean different things. */
export const DELIVERY_STATUSES = words([
  { value: 'pending', group: 'before_pickup', meaning: 'quoted, not confirmed' },
  { value: 'pending_driver_confirmation', group: 'before_pickup', meaning: 'waiting for a driver' },
  { value: 'enroute_to_pickup', group: 'before_pickup', meaning: 'the driver is on the way to the restaurant' },
  { value: 'arrived_at_pickup', group: 'before_pickup', meaning: 'the driver is at the restaurant' },
  { value: 'enroute_to_dropoff', group: 'after_pickup', meaning: 'the driver is on the way to the customer' },
  { value: 'arrived_at_dropoff', group: 'after_pickup', meaning: 'the driver is at the customer' },
  { value: 'completed', group: 'after_pickup', meaning: 'delivered' },
  { value: 'failed_to_assign_driver', group: 'failure', meaning: 'no driver was found' },
  { value: 'failed_to_pickup', group: 'failure', meaning: 'the driver did not get the food' },
  { value: 'failed_to_deliver', group: 'failure', meaning: 'the customer did not get the food' },
  { value: 'failed', group: 'failure', meaning: 'the delivery failed' },
  { value: 'merchant_canceled', group: 'failure', meaning: 'canceled by the merchant during delivery' },
  { value: 'enroute_to_return', group: 'return', meaning: 'the driver is bringing the food back' },
  { value: 'arrived_at_return', group: 'return', meaning: 'the driver is back at the restaurant with the food' },
  { value: 'returned', group: 'return', meaning: 'the food is back at the restaurant' },
] as const satisfies readonly Word<string, DeliveryGroup>[]);

/** @returns whether a text is a word of the tables above, as they write it. */
export const isListed = (text: string): boolean => STATUSES.has(text) || DELIVERY_STATUSES.has(text);

/**
 * Where an order stands for people at the counter: our guarded reading of both axes
 * (docs/architecture.md#stage-rules).
 */
export const STAGES = [
  'preparing',
  'ready',
  'driver_here',
  'on_the_way',
  'needs_action',
  'coming_back',
  'completed',
  'failed',
  'canceled',
  'returned',
] as const;
export type Stage = (typeof STAGES)[number];

/** Stages that end an order: nothing is expected any more, and the order is no longer `active`. */
export const FINAL_STAGES: ReadonlySet<Stage> = new Set<Stage>(['completed', 'failed', 'canceled', 'returned']);

/** @returns whether an order has ended, of a stage that may be one of a newer version. */
export const isFinalStage = (stage: string): boolean => (FINAL_STAGES as ReadonlySet<string>).has(stage);

/**
 * Milliseconds after which an order number that comes again may be another order's: 6 hours
 * (docs/protocol.md#ruling-5-7).
 */
export const ORDER_NUMBER_REUSE_MS = 6 * 60 * 60 * 1_000;

/** Most active orders of a snapshot, the newest first: more than any counter has, were every order to end. */
export const SNAPSHOT_ACTIVE_ORDERS = 1_000;

/** What someone at the counter should look at now; each is true or not by the fold, in this order. */
export const ATTENTION_CODES = [
  'driver_here',
  'robot',
  'driver_changed',
  'handed_over_to_another',
  'may_be_a_repeat',
  'no_driver',
  'delivery_failed',
  'coming_back',
  'canceled_after_pickup',
  'out_of_order',
  'order_number_reused',
  'unreadable_field',
  'unknown_status',
  'unknown_delivery_status',
] as const;
export type AttentionCode = (typeof ATTENTION_CODES)[number];

/** How one event of the history was read, given everything before it. */
export const VERDICTS = [
  'advance',
  'action',
  'driver_changed',
  'came_before',
  'out_of_order',
  'reopened',
  'new_order',
  'no_change',
  'unknown_value',
] as const;
export type Verdict = (typeof VERDICTS)[number];
