import { eventId } from '../../schemas/events/event-id';
import { ExactNumber } from '../../schemas/json/exact-json';
import type { FeedItem } from '../../schemas/api/feed';
import { keysOf } from '../../schemas/json/json-pointer';
import { Seal } from '../../schemas/events/event-data';
import { type Label, LABEL_STREAM_PREFIX } from '../../schemas/label';
import type { Change, HistoryEvent, HistoryPage, Order, RelayPage } from '../../schemas/api/order-view';
import { WITHHELD } from '../../schemas/events/withheld';
import type { JsonValue, Payload, RecordedEvent } from '../event-store/event-store';
import { seesContact } from './permissions';
import type { Reader } from './readers/readers';

/** What readers without a need for it do not see of a driver: the phone number with its code, and the passcode. */

/** Fields that hold such a value. Wider than the contract, so that what a sender adds is not shown unasked. */
const CONTACT = /phone|pass_?code/i;
const DRIVER_DETAILS = 'driver_details';
/**
 * What in the metadata of an event would reveal what is withheld: the request as it came, which is the body itself, and a
 * hash over it, or over such a hash, since anyone who has one tries passcodes until it fits, which takes a second. And the
 * request's id, the one thing that nobody else knows of those that an event's id is made of (`deliveryEventId` in
 * seal.ts), whose beginning is in every place of the feeds.
 */
const REVEALING: ReadonlySet<string> = new Set([...Object.keys(Seal.shape), 'body_sha256', 'request_id', 'arrival']);

const PASSCODE = /pass_?code/i;

/** @returns whether there is a passcode in driver details, wherever a sender puts it. */
export function hasPasscode(details: unknown): boolean {
  if (typeof details !== 'object' || details === null) return false;
  return Object.entries(details).some(
    ([key, value]) => (PASSCODE.test(key) && value !== null && value !== '') || hasPasscode(value),
  );
}

/** @returns the order as `reader` may see it. */
export const orderFor = (reader: Reader, order: Order): Order => (seesContact(reader) ? order : withoutContact(order));

/** @returns the page as `reader` may see it. */
export const historyFor = (reader: Reader, page: HistoryPage): HistoryPage =>
  seesContact(reader) ? page : { ...page, events: page.events.map(withoutContactInEvent) };

/**
 * Returns an order as {@link orderFor} gives it to readers who do not see contacts; has no reference to what it leaves
 * out.
 */
export const withoutContact = (order: Order): Order => ({
  ...order,
  driver_details: withhold(order.driver_details) as Order['driver_details'], // texts in place of texts
  ...(order.label === undefined ? {} : { label: withoutName(order.label) }),
});

/** Withholds a customer's name, which is personal; the number is what is called out. */
const withoutName = (label: Label): Label => (label.name === undefined ? label : { ...label, name: WITHHELD });

/** Withholds contacts in an event of the history: in what was sent, whatever its form, and in what it changed. */
export const withoutContactInEvent = (event: HistoryEvent): HistoryEvent => ({
  ...event,
  data: withhold(event.data) as HistoryEvent['data'], // of the same form
  metadata: withoutContactInMetadata(event.metadata),
  changes: event.changes.map(withoutContactInChange),
});

/** @returns an item of the feed as `reader` may see it. */
export function feedItemFor<Item extends FeedItem>(reader: Reader, item: Item): Item {
  if (seesContact(reader)) return item;
  if ('order' in item) return { ...item, order: withoutContact(item.order) };
  return 'data' in item ? { ...item, data: withhold(item.data) as typeof item.data } : item; // of the same form
}

/** Withholds contacts in how an event was read: in what it changed, and in the order after it. */
export const withoutContactInReading = <
  Reading extends { readonly changes: readonly Change[]; readonly order: Order | null },
>(
  reading: Reading,
): Reading => ({
  ...reading,
  changes: reading.changes.map(withoutContactInChange),
  order: reading.order === null ? null : withoutContact(reading.order),
});

/** Withholds contacts in metadata: for what stood beside the data, and without what would reveal what is withheld. */
const withoutContactInMetadata = <Metadata extends object>(metadata: Metadata): Metadata =>
  Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [
      name,
      name === 'envelope' ? withhold(value) : REVEALING.has(name) ? redact(value) : (value as unknown),
    ]),
  ) as Metadata; // the same names, and texts in place of texts

/** Withholds contacts in an event as it is stored, and leaves out its id, which is made of the hash of its content. */
export const withoutContactInStored = (event: RecordedEvent): RecordedEvent => ({
  ...event,
  id: eventId(WITHHELD),
  // Bytes could hold anything, and a label is about a customer.
  data:
    isJson(event.data) && !event.stream.startsWith(LABEL_STREAM_PREFIX)
      ? (withhold(event.data) as JsonValue) // of JSON, JSON
      : WITHHELD,
  ...(event.metadata === undefined
    ? {}
    : { metadata: isMembers(event.metadata) ? withoutContactInMetadata(event.metadata) : WITHHELD }),
});

/** @returns what was passed on to the POS as `reader` may see it: of the body there is nothing but a hash. */
export const relaysFor = (reader: Reader, page: RelayPage): RelayPage =>
  seesContact(reader) ? page : { ...page, relays: page.relays.map((relay) => ({ ...relay, body_sha256: WITHHELD })) };

const isJson = (payload: Payload): payload is JsonValue => !(payload instanceof Uint8Array);
const isMembers = (payload: Payload | undefined): payload is Readonly<Record<string, JsonValue | undefined>> =>
  typeof payload === 'object' && payload !== null && isJson(payload) && !Array.isArray(payload);

function withoutContactInChange({ pointer, from, to }: Change): Change {
  const keys = keysOf(pointer);
  const last = keys.at(-1) ?? '';
  const within = keys.slice(0, -1).some((key) => CONTACT.test(key));
  const shown = (value: unknown): unknown => (within ? redact(value) : withholdMember(last, value));
  return { pointer, from: shown(from), to: shown(to) };
}

/** Recurses as deep as its input, which is what was sent: at most `MAX_DEPTH` of parse-delivery.ts. */
function withhold(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withhold);
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withholdMember(key, member)]));
}

function withholdMember(key: string, value: unknown): unknown {
  if (CONTACT.test(key)) return redact(value);
  // Details of a wrong type could hold anything.
  if (key === DRIVER_DETAILS && (typeof value !== 'object' || Array.isArray(value) || value instanceof ExactNumber))
    return redact(value);
  return withhold(value);
}

/** Withholds every value within, and keeps the form, so that it is seen what was reported. */
function redact(value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value instanceof ExactNumber) return WITHHELD;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, redact(member)]));
}
