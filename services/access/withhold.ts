import { ExactNumber } from '../../schemas/exact-json';
import type { Change, HistoryEvent, HistoryPage, Order } from '../../schemas/order-view';
import type { JsonValue } from '../event-store/event-store';
import { seesContact } from './permissions';
import type { Reader } from './readers';

/** What readers without a need for it do not see of a driver: the phone number with its code, and the passcode. */

/** Stands for a value that is there. What is not there, is null or absent as ever. */
export const WITHHELD = '[withheld]';

/** Fields that hold such a value. Wider than the contract, so that what a sender adds is not shown unasked. */
const CONTACT = /phone|pass_?code/i;
const DRIVER_DETAILS = 'driver_details';

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

/** An order as {@link orderFor} gives it to readers who do not see contacts; has no reference to what it leaves out. */
export const withoutContact = (order: Order): Order => ({
  ...order,
  driver_details: withhold(order.driver_details) as Order['driver_details'],
});

/** The same for an event of the history: for what was sent, whatever its form, and for what it changed. */
export const withoutContactInEvent = (event: HistoryEvent): HistoryEvent => ({
  ...event,
  data: withhold(event.data) as HistoryEvent['data'],
  metadata: withoutContactInMetadata(event.metadata),
  changes: event.changes.map(withoutContactInChange),
});

/** The same for what stood beside the data. */
const withoutContactInMetadata = <Metadata extends { readonly envelope?: unknown }>(metadata: Metadata): Metadata =>
  metadata.envelope === undefined ? metadata : { ...metadata, envelope: withhold(metadata.envelope) };

/** The same for the data of an event, as they were sent. */
export const withoutContactInData = (data: JsonValue): JsonValue => withhold(data) as JsonValue;

function withoutContactInChange({ pointer, from, to }: Change): Change {
  const keys = pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
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

/** Withholds every value within, and keeps the form, so that it is seen what was told. */
function redact(value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value instanceof ExactNumber) return WITHHELD;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, redact(member)]));
}
