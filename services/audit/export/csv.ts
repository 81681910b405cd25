import { read } from '../../../projections/timeline';
import type { OrderState } from '../../../projections/order';
import { decodeOrderEvent, hashOf, orderKeyOfStream } from '../../../schemas/order-events';
import type { RecordedEvent } from '../../event-store/event-store';
import { receivedAt } from './select-events';

/** Exports for spreadsheets: RFC 4180, UTF-8 with a byte order mark, which spreadsheets need to know it for UTF-8. */

export const BYTE_ORDER_MARK = '\uFEFF';

const COLUMNS = [
  'position',
  'stream',
  'location_id',
  'order_id',
  'revision',
  'type',
  'received_at',
  'status',
  'delivery_status',
  'stage',
  'verdict',
  'driver_source',
  'driver_name',
  'license_plate',
  'content_hash',
  'event_hash',
  'data',
] as const;
type Column = (typeof COLUMNS)[number];

/**
 * How a cell begins that a spreadsheet would take for a formula (OWASP, "CSV Injection"): also with the wide forms of
 * the signs, which some take for the narrow ones.
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** @returns a cell, always quoted; what could be run as a formula gets an apostrophe before it, which makes it text. */
export function csvCell(text: string): string {
  return `"${FORMULA.test(text) ? "'" : ''}${text.replaceAll('"', '""')}"`;
}

const row = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** The first row, with the mark before it. */
export const CSV_HEADER = `${BYTE_ORDER_MARK}${row(COLUMNS)}`;

function textAt(value: unknown, ...path: readonly string[]): string {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return '';
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return typeof at === 'string' ? at : '';
}

/**
 * @param before state of the order before the event
 * @param shown data of the event as the reader may see them
 * @returns the row, and the state after the event
 */
export function csvRow(
  event: RecordedEvent,
  before: OrderState,
  shown: unknown,
): { readonly row: string; readonly after: OrderState } {
  const key = orderKeyOfStream(event.stream);
  const decoded = key === null ? null : decodeOrderEvent(event);
  const next = key === null || decoded === null ? null : read(key, before, decoded);
  const cells: Readonly<Record<Column, string>> = {
    position: event.position,
    stream: event.stream,
    location_id: key?.location_id ?? '',
    order_id: key?.order_id ?? '',
    revision: String(event.revision),
    type: event.type,
    received_at: receivedAt(event),
    status: textAt(shown, 'status'),
    delivery_status: textAt(shown, 'delivery_status'),
    stage: next?.reading.stage ?? '',
    verdict: next?.reading.verdict ?? '',
    driver_source: textAt(shown, 'driver_details', 'source'),
    driver_name: textAt(shown, 'driver_details', 'name'),
    license_plate: textAt(shown, 'driver_details', 'vehicle_info', 'license_plate'),
    content_hash: hashOf(event, 'content_hash') ?? '',
    event_hash: hashOf(event, 'event_hash') ?? '',
    data: shown instanceof Uint8Array ? Buffer.from(shown).toString('base64') : JSON.stringify(shown),
  };
  return { row: row(COLUMNS.map((column) => cells[column])), after: next?.state ?? before };
}
