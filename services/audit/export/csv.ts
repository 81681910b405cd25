import type { OrderState } from '../../../projections/order/order';
import { saidBy } from '../../../projections/order/order-status';
import { interpret } from '../../../projections/history/timeline';
import { stringifyJson } from '../../../schemas/json/exact-json';
import { isJsonObject } from '../../../schemas/json/json-object';
import { decodeOrderEvent, hashOf, orderKeyOfStream } from '../../../schemas/events/order-events';
import { recordOf } from '../../../schemas/records';
import type { RecordedEvent } from '../../event-store/event-store';
import { lineHash, type Manifest } from './ndjson';
import { receivedAt } from './select-events';

/**
 * Exports for spreadsheets: RFC 4180, UTF-8 with a byte order mark, which spreadsheets need to know it for UTF-8. The
 * last cell of each row is its `line_hash`, as in the lines of the other format: the SHA-256 of the one before it, of
 * the header's at first, and of the row up to there. The last row is the manifest: its type is `manifest`, and its data
 * are the JSON.
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
  'cut',
] as const;
type Column = (typeof COLUMNS)[number];
const LINE_HASH = 'line_hash';

/** Most UTF-16 units of a cell: what spreadsheets take ("Excel specifications and limits", Microsoft). */
export const MAX_CELL_CHARACTERS = 32_767;

/**
 * How a cell begins that a spreadsheet would take for a formula (OWASP, "CSV Injection"): also with the wide forms of
 * the signs, which some take for the narrow ones.
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
/** How a text may begin that a spreadsheet makes a number, an amount, a date or a truth value of. */
const VALUE =
  /^[\s(\p{Sc}]*[.,]?\p{Nd}|^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-\s./]*\d|^(?:true|false)$/iu;
/** A number that it shows as it came: doubles hold 15 digits, and no zero comes first. */
const PLAIN_NUMBER = /^(?:0|[1-9]\d{0,14})$/;

/**
 * Puts an apostrophe before what a spreadsheet would run or change, which makes it text, and before a text that begins
 * with one, so that a program that reads the cell takes one apostrophe off, and has what came. Not `="…"`, as some
 * write numbers: that is a formula, which every other reader takes for text.
 */
const asText = (text: string): string =>
  text.startsWith("'") || FORMULA.test(text) || (VALUE.test(text) && !PLAIN_NUMBER.test(text)) ? `'${text}` : text;

/** @returns as much of a text as a cell takes, without half a character. */
const cutText = (text: string): string =>
  text.length <= MAX_CELL_CHARACTERS ? text : text.slice(0, MAX_CELL_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '');

/** @returns a cell that holds what we made: hashes, times and words of ours. */
export const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** @returns a cell that holds what someone sent, always quoted. */
export const csvCell = (text: string): string => quoted(cutText(asText(text)));

/** Columns whose cells hold what we made: hashes and times stay as they are. */
const OURS: ReadonlySet<Column> = new Set([
  'position',
  'stream',
  'revision',
  'received_at',
  'stage',
  'verdict',
  'content_hash',
  'event_hash',
  'cut',
]);

/** @returns the cells of a row but for the last, and in `cut` the names of the columns that did not fit. */
function rowOf(texts: Readonly<Record<Exclude<Column, 'cut'>, string>>): string {
  const cells = COLUMNS.map((column) => {
    if (column === 'cut') return '';
    const text = texts[column];
    return OURS.has(column) && !FORMULA.test(text) && !text.startsWith("'") ? text : asText(text);
  });
  const cut = COLUMNS.filter((_, index) => (cells[index] ?? '').length > MAX_CELL_CHARACTERS);
  return [...cells.slice(0, -1).map(cutText), cut.join(' ')].map(quoted).join(',');
}

/** The first row, with the mark before it. */
export const CSV_HEADER = `${BYTE_ORDER_MARK}${[...COLUMNS, LINE_HASH].map(quoted).join(',')}\r\n`;

/**
 * @returns a pattern, with a place of its own, of how a row ends: no cell holds this, for its quotes would be doubled.
 */
export const rowEnd = (): RegExp => /,"([0-9a-f]{64})"\r\n/g;

/** @returns JSON in ASCII, as manifests beside a file were written. */
const asAscii = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** @returns what a manifest beside a file says before its `line_hash`: versions up to 0.2 wrote it there. */
export const manifestBody = (manifest: Manifest): string => asAscii(JSON.stringify(manifest)).slice(0, -1);

const MANIFEST = 'manifest';
/** The row of a manifest: no event has a row without a position. */
const MANIFEST_ROW = new RegExp(`^(?:"",)+"${MANIFEST}",(?:"",)+"(\\{(?:[^"]|"")*\\})"(?:,"")*$`);

const EMPTY_ROW = recordOf(COLUMNS, () => '');

/** @returns the cells of the manifest's row but for the last. */
export const manifestCells = (manifest: Manifest): string =>
  rowOf({ ...EMPTY_ROW, type: MANIFEST, data: JSON.stringify(manifest) });

/** @returns the JSON of a manifest, if a row is that of one; otherwise null. */
export const manifestIn = (cells: string): string | null =>
  cells.startsWith('"",') ? (MANIFEST_ROW.exec(cells)?.[1]?.replaceAll('""', '"') ?? null) : null;

/** A row some of whose cells were cut, of a header that has a column for it. */
const CUT = /,"([a-z_ ]+)"$/;

/** @returns the columns of a row whose cells were cut. */
export const cutIn = (cells: string): string | null => CUT.exec(cells)?.[1] ?? null;

/** Writes rows, the manifest's at last, each tied to the one before it. */
export class RowWriter {
  #last = lineHash('', CSV_HEADER);

  row(cells: string): string {
    this.#last = lineHash(this.#last, cells);
    return `${cells},"${this.#last}"\r\n`;
  }
}

function textAt(value: unknown, ...path: readonly string[]): string {
  let at = value;
  for (const name of path) {
    if (!isJsonObject(at)) return '';
    at = at[name];
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
  const next = key === null || decoded === null ? null : interpret(key, before, decoded);
  const cells = rowOf({
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
  });
  return { cells, after: next?.state ?? before };
}
