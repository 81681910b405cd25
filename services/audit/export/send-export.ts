import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { seesContact } from '../../access/permissions';
import type { Reader, ReaderDirectory } from '../../access/readers/readers';
import { withoutContactInStored } from '../../access/withhold';
import { goneSignal } from '../../http/gone-signal';
import { Problem } from '../../http/problem';
import { type ExportFormat, exportEvents, exportFileName } from './export-events';
import type { Manifest } from './ndjson';
import type { ExportSource, Selection } from './select-events';

/** Most exports that are sent at the same time: each reads as fast as its client takes, beside the deliveries. */
export const MAX_EXPORTS = 4;

export const EXPORT_MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
};

/**
 * Sends an export as fast as its client takes it. Ends when the client goes away, or may not read any more.
 * @throws {Problem} before anything is sent; afterwards a failure cuts the answer off, so that it has no manifest.
 */
export type SendExport = (
  response: ServerResponse,
  reader: Reader,
  selection: Selection,
  format: ExportFormat,
  headOnly: boolean,
) => Promise<void>;

/** @param now milliseconds since the epoch */
export function createSendExport(options: {
  readonly store: ExportSource;
  readonly readers: ReaderDirectory;
  readonly version: string;
  readonly now: () => number;
}): SendExport {
  const { store, readers, version, now } = options;
  let running = 0;

  async function send(
    response: ServerResponse,
    reader: Reader,
    chunks: AsyncGenerator<string, Manifest, undefined>,
    headers: Readonly<Record<string, string>>,
    headOnly: boolean,
  ): Promise<void> {
    // The client may have gone while the access was recorded.
    const gone = goneSignal(response);
    const isGone = (): boolean => gone.aborted;
    try {
      // The first chunk before the headers: a store that cannot be read is an answer of its own.
      let next = await chunks.next();
      if (isGone()) return;
      response.writeHead(200, headers);
      if (headOnly) {
        response.end();
        return;
      }
      for (; next.done !== true; next = await chunks.next()) {
        if (isGone()) return;
        if (!readers.isCurrent(reader)) {
          response.destroy();
          return;
        }
        if (!response.write(next.value)) await once(response, 'drain', { signal: gone });
      }
      response.end();
    } catch (error) {
      if (!isGone()) throw error;
    } finally {
      await chunks.return(undefined as never); // its value is looked at by nobody
    }
  }

  return async (response, reader, selection, format, headOnly) => {
    if (running >= MAX_EXPORTS) {
      throw new Problem('too-many-exports', `${String(MAX_EXPORTS)} exports are being sent. Try again later.`);
    }
    running++;
    try {
      const exportedAt = new Date(now()).toISOString();
      const withhold = seesContact(reader) ? null : withoutContactInStored;
      const headers = {
        'Content-Type': EXPORT_MEDIA_TYPES[format],
        'Content-Disposition': `attachment; filename="${exportFileName(selection, format, exportedAt)}"`,
        'Cache-Control': 'no-store',
      };
      const chunks = exportEvents({ store, selection, format, withhold, version, exportedAt });
      await send(response, reader, chunks, headers, headOnly);
    } finally {
      running--;
    }
  };
}
