import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { ReadableStore } from '../../event-store/open';
import type { Position } from '../../event-store/event-store';
import { beginFile } from '../../files/whole-file';
import { type ExportFormat, exportEvents } from './export-events';
import type { Manifest } from './ndjson';
import type { Selection } from './select-events';

/** What an export is written to: a file, or a stream that may be slower than we are. */
interface Output {
  write(text: string): Promise<void> | void;
  finish(): void;
  discard(): void;
}

/**
 * Begins a file that is there only once it is whole, and that only its owner may read: it holds names and phone
 * numbers.
 */
const fileOutput = (path: string): Output => beginFile(path);

const streamOutput = (stream: Writable): Output => ({
  write: async (text) => {
    if (!stream.write(text)) await once(stream, 'drain');
  },
  finish: () => undefined,
  discard: () => undefined,
});

/**
 * Exports to a file, or to a stream.
 * @param out path, or the stream of `-`
 */
export async function exportTo(options: {
  readonly store: ReadableStore;
  readonly selection: Selection;
  readonly format: ExportFormat;
  readonly out: string | Writable;
  readonly version: string;
  readonly exportedAt: string;
  readonly end: Position | null;
  readonly onProgress: (position: Position, events: number) => void;
}): Promise<Manifest> {
  const { out, ...rest } = options;
  const output = typeof out === 'string' ? fileOutput(out) : streamOutput(out);
  try {
    const chunks = exportEvents({ ...rest, withhold: null });
    let next = await chunks.next();
    for (; next.done !== true; next = await chunks.next()) await output.write(next.value);
    output.finish();
    return next.value;
  } catch (error) {
    output.discard();
    throw error;
  }
}
