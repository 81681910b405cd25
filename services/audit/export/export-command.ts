import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { ReadableStore } from '../../event-store/open';
import type { Position } from '../../event-store/event-store';
import { type ExportFormat, exportEvents } from './export-events';
import type { Manifest } from './ndjson';
import type { Selection } from './select-events';

/** What an export is written to: a file, or a stream that may be slower than we are. */
interface Output {
  write(text: string): Promise<void> | void;
  finish(): void;
  discard(): void;
}

/** Only the owner may read what is exported: it holds names and phone numbers. */
const FILE_MODE = 0o600;

/** A file that is there only once it is whole. */
function fileOutput(path: string): Output {
  const part = `${path}.part`;
  const file = openSync(part, 'w', FILE_MODE);
  return {
    write: (text) => {
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    },
    finish: () => {
      fsyncSync(file);
      closeSync(file);
      renameSync(part, path);
    },
    discard: () => {
      closeSync(file);
      rmSync(part, { force: true });
    },
  };
}

const streamOutput = (stream: Writable): Output => ({
  write: async (text) => {
    if (!stream.write(text)) await once(stream, 'drain');
  },
  finish: () => undefined,
  discard: () => undefined,
});

/** @returns the path of the manifest of a CSV file. */
export const manifestPath = (file: string): string => `${file}.manifest.json`;

/**
 * Exports to a file, and for CSV its manifest beside it, or to a stream.
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
    const { manifest, beside } = next.value;
    if (beside !== null && typeof out === 'string') {
      writeFileSync(manifestPath(out), `${beside}\n`, { mode: FILE_MODE });
    }
    output.finish();
    return manifest;
  } catch (error) {
    output.discard();
    throw error;
  }
}
