import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { OrderState } from '../../../projections/order/order';
import type { Position, RecordedEvent } from '../../event-store/event-store';
import { CSV_HEADER, csvCells, manifestCells, RowWriter } from './csv';
import { EXPORT_FORMAT, eventMembers, LineWriter, type Manifest } from './ndjson';
import { stateBefore } from '../../feed/order-folds';
import { type ExportSource, type Selection, selectEvents } from './select-events';
import { StreamCount } from './stream-count';

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Characters that are gathered before they are sent on. */
const CHUNK_CHARACTERS = 65_536;
/** Orders whose state is remembered for the columns that show it, some 2 KiB each; others are read again. */
const REMEMBERED_STATES = 4_000;

export interface ExportOptions {
  readonly store: ExportSource;
  readonly selection: Selection;
  readonly format: ExportFormat;
  /** Takes out of an event what the reader may not see; null shows it verbatim. */
  readonly withhold: ((event: RecordedEvent) => RecordedEvent) | null;
  readonly version: string;
  /** RFC 3339. */
  readonly exportedAt: string;
  /** Where to end, inclusive; null: where the log ends. */
  readonly end?: Position | null;
  readonly onProgress?: (position: Position, events: number) => void;
}

/**
 * Writes an export, in the same memory however long it is.
 * @returns the manifest, with which the text ends; its `sha256` is that of everything before it.
 */
export async function* exportEvents(options: ExportOptions): AsyncGenerator<string, Manifest, undefined> {
  const { store, selection, format, withhold, onProgress } = options;
  const digest = createHash('sha256');
  const streams = new StreamCount();
  const lines = new LineWriter();
  const rows = new RowWriter();
  const states = new LRUCache<string, OrderState>({ max: REMEMBERED_STATES });
  let events = 0;
  let first: Position | null = null;
  let last: Position | null = null;
  let chunk = format === 'csv' ? CSV_HEADER : '';

  const textOf = async (event: RecordedEvent): Promise<string> => {
    const shown = withhold === null ? event : withhold(event);
    if (format === 'ndjson') return lines.write(eventMembers(shown));
    const before = states.get(event.stream) ?? (await stateBefore(store, event.stream, event.revision));
    const { cells, after } = csvCells(event, before, shown);
    states.set(event.stream, after);
    return rows.row(cells);
  };

  const looked = (position: Position): void => {
    onProgress?.(position, events);
  };
  for await (const event of selectEvents(store, selection, options.end ?? null, looked)) {
    events++;
    streams.add(event.stream);
    first ??= event.position;
    last = event.position;
    chunk += await textOf(event);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    digest.update(chunk);
    yield chunk;
    chunk = '';
  }
  digest.update(chunk);
  const manifest: Manifest = {
    kind: 'manifest',
    format: EXPORT_FORMAT,
    scope: selection.scope,
    from: selection.from,
    to: selection.to,
    positions: first === null || last === null ? null : { first, last },
    events,
    streams: streams.count,
    sha256: digest.digest('hex'),
    withheld: withhold !== null,
    software: { name: 'ticket-rail', version: options.version },
    exported_at: options.exportedAt,
  };
  yield chunk + (format === 'ndjson' ? lines.write(manifest) : rows.row(manifestCells(manifest)));
  return manifest;
}

/** @returns how the name of evidence ends: one that withholds contacts is not to be taken for one that has them. */
export const evidenceFormat = (withheld: boolean): string => `${withheld ? 'withheld.' : ''}evidence.html`;

/** @returns a file name that says what an export is of, of characters that every system takes. */
export function exportFileName({ scope }: Selection, format: string, exportedAt: string): string {
  const safe = (text: string): string => text.replaceAll(/[^A-Za-z0-9.-]+/g, '_').slice(0, 60);
  const subject = [scope.location_id, scope.order_id].flatMap((id) => (id === null ? [] : [safe(id)]));
  const at = exportedAt.replaceAll(/[-:]|\.\d+/g, '');
  return `${['ticket-rail', ...subject, at].join('-')}.${format}`;
}
