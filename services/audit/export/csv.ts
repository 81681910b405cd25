import type { OrderState } from '../../../projections/order';
import { saidBy } from '../../../projections/order-status';
import { read } from '../../../projections/timeline';
import { stringifyJson } from '../../../schemas/exact-json';
import { decodeOrderEvent, hashOf, orderKeyOfStream } from '../../../schemas/order-events';
import type { RecordedEvent } from '../../event-store/event-store';
import { lineHash, type Manifest } from './ndjson';
import { receivedAt } from './select-events';

/**
 * Exports for spreadsheets: RFC 4180, UTF-8 with a byte order mark, which spreadsheets need to know it for UTF-8. The last
 * cell of each row is its `line_hash`, as in the lines of the other format: the SHA-256 of the one before it, of the header's
 * at first, and of the row up to there. The manifest, which has no row, carries the last.
 */

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
const LINE_HASH = 'line_hash';

/**
 * How a cell begins that a spreadsheet would take for a formula (OWASP, "CSV Injection"): also with the wide forms of
 * the signs, which some take for the narrow ones.
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** @returns a cell, always quoted; what could be run as a formula gets an apostrophe before it, which makes it text. */
export function csvCell(text: string): string {
  return `"${FORMULA.test(text) ? "'" : ''}${text.replaceAll('"', '""')}"`;
}

const cellsOf = (cells: readonly string[]): string => cells.map(csvCell).join(',');

/** The first row, with the mark before it. */
export const CSV_HEADER = `${BYTE_ORDER_MARK}${cellsOf([...COLUMNS, LINE_HASH])}\r\n`;

/** @returns a pattern, with a place of its own, of how a row ends: no cell holds this, for its quotes would be doubled. */
export const rowEnd = (): RegExp => /,"([0-9a-f]{64})"\r\n/g;

/** In ASCII, so that it can be a trailer (RFC 9110 section 5.5). */
const asAscii = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** @returns what a manifest says before its `line_hash`. */
export const manifestBody = (manifest: Manifest): string => asAscii(JSON.stringify(manifest)).slice(0, -1);

/** Writes rows and then their manifest, each tied to the one before it. */
export class RowWriter {
  #last = lineHash('', CSV_HEADER);

  row(cells: string): string {
    this.#last = lineHash(this.#last, cells);
    return `${cells},"${this.#last}"\r\n`;
  }

  /** @returns JSON with `line_hash` as its last member. */
  manifest(manifest: Manifest): string {
    const body = manifestBody(manifest);
    return `${body},"${LINE_HASH}":"${lineHash(this.#last, body)}"}`;
  }
}

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
 * @param shown the event as the reader may see it
 * @returns the cells of its row but for the last, and the state after the event
 */
export function csvCells(
  event: RecordedEvent,
  before: OrderState,
  shown: RecordedEvent,
): { readonly cells: string; readonly after: OrderState } {
  const { data } = shown;
  const key = orderKeyOfStream(event.stream);
  const decoded = key === null ? null : decodeOrderEvent(event);
  const readable = decodeOrderEvent(shown);
  const said = readable === null ? null : saidBy(readable);
  const next = key === null || decoded === null ? null : read(key, before, decoded);
  const cells: Readonly<Record<Column, string>> = {
    position: event.position,
    stream: event.stream,
    location_id: key?.location_id ?? '',
    order_id: key?.order_id ?? '',
    revision: String(event.revision),
    type: event.type,
    received_at: receivedAt(event),
    status: said?.status ?? '',
    delivery_status: said?.delivery_status ?? '',
    stage: next?.reading.stage ?? '',
    verdict: next?.reading.verdict ?? '',
    driver_source: textAt(said?.details, 'source'),
    driver_name: textAt(said?.details, 'name'),
    license_plate: textAt(said?.details, 'vehicle_info', 'license_plate'),
    content_hash: hashOf(shown, 'content_hash') ?? '',
    event_hash: hashOf(shown, 'event_hash') ?? '',
    data: data instanceof Uint8Array ? Buffer.from(data).toString('base64') : stringifyJson(data),
  };
  return { cells: cellsOf(COLUMNS.map((column) => cells[column])), after: next?.state ?? before };
}
