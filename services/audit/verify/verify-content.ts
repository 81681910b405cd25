import { setImmediate as nextTurn } from 'node:timers/promises';
import { BYTE_ORDER_MARK } from '../export/csv';
import type { Manifest } from '../export/ndjson';
import { StreamCount } from '../export/stream-count';
import { EVIDENCE_START } from '../evidence/bundle';
import type { Progressed } from './saved-state';
import { StreamHeads } from '../chain/stream-heads';
import { lastLine, manifestIn, notesOf, withheldFrom } from './manifest';
import { LARGEST_MANIFEST_BYTES, RowVerification } from './verify-rows';
import { inOrder } from '../chain/verification';
import { LineVerification, type SavedLines } from './verify-lines';
import type { Verified, Watch } from './verified';

/**
 * Verifies what stands in a file, wherever its bytes come from: the command reads a disk, and the page in a browser what
 * was dropped on it. Only the hashes are of where it runs, too.
 */

/** Bytes that are read at a time. */
export const CHUNK_BYTES = 262_144;
/** Longest line in bytes: the largest event, each of its characters escaped, with room to spare. */
const LONGEST_LINE = 16_777_216;
/** Bytes of the end of a file in which its last line is looked for at first; then in more and more. */
const TAIL_BYTES = 65_536;

/** The bytes of a file. */
export interface FileContent {
  readonly size: number;
  /** @returns at most so many bytes from an offset, none at the end. The next call may write over them. */
  read(offset: number, length: number): Promise<Buffer>;
}

export interface ContentOptions {
  readonly subject: string;
  /** For {@link StreamHeads}. */
  readonly seed: number;
  readonly resume: Progressed | null;
  readonly watch: Watch;
}

/** What may lie beside a CSV file of versions up to 0.2: its manifest. */
export interface Beside {
  readonly name: string;
  /** @returns its beginning, of at most so many bytes; null if there is none. */
  read(most: number): Promise<Buffer | null>;
}

export type FileKind = 'ndjson' | 'csv' | 'evidence';

/** @returns what a file is by how it begins, so that a name proves nothing. @param start its first {@link CHUNK_BYTES} */
export function kindOf(start: Buffer): FileKind {
  const text = start.toString('utf8', 0, 16);
  if (text.startsWith(BYTE_ORDER_MARK)) return 'csv';
  if (text.startsWith('{')) return 'ndjson';
  // The beginning of evidence may have been changed.
  return /^\s*</.test(text) || start.includes(EVIDENCE_START) ? 'evidence' : 'ndjson';
}

/** Returns what the last line says, as far as it can be read before it is verified; null if it is no manifest. */
async function peekManifest(file: FileContent): Promise<Manifest | null> {
  const { size } = file;
  for (let length = TAIL_BYTES; ; length *= 4) {
    const wanted = Math.min(length, size);
    const tail = await file.read(size - wanted, wanted);
    const line = lastLine(tail);
    if (line.length < tail.length || wanted === size) return manifestIn(line);
    if (wanted > LONGEST_LINE) return null;
  }
}

/** Verifies an export in NDJSON, in the same memory however long it is. */
export async function verifyNdjson(file: FileContent, options: ContentOptions): Promise<Verified> {
  const { subject, seed, resume, watch } = options;
  const { size } = file;
  const manifest = await peekManifest(file);
  const begun = typeof resume?.at === 'number' && resume.at <= size ? { ...resume, at: resume.at } : null;
  const lines = new LineVerification(
    manifest,
    null,
    seed,
    begun === null
      ? undefined
      : {
          ...(begun.rest as unknown as SavedLines), // by its subject, what the same code saved
          tally: begun.tally,
          heads: new StreamHeads(seed, undefined, begun.heads),
          streams: new StreamCount(begun.streams ?? undefined),
        },
  );
  let offset = 0;
  for (const end = begun?.at ?? 0; offset < end;) {
    const chunk = await file.read(offset, Math.min(CHUNK_BYTES, end - offset));
    if (chunk.length === 0) break;
    lines.skip(chunk);
    offset += chunk.length;
  }
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk = await file.read(offset, CHUNK_BYTES);
    if (chunk.length === 0) break;
    offset += chunk.length;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, from)) {
      lines.add(bytes.subarray(from, at + 1));
      from = at + 1;
    }
    rest = Buffer.from(bytes.subarray(from));
    if (rest.length > LONGEST_LINE) {
      lines.add(rest);
      rest = Buffer.alloc(0);
      break;
    }
    const at = offset - rest.length;
    watch.onProgress(offset, size, lines.tally.events);
    if (lines.manifest !== null) continue; // what follows it, or nothing, is looked at at once
    watch.onResumable(() => ({
      subject,
      tally: lines.tally,
      at,
      rest: { ...lines.save() },
      heads: lines.heads.save(),
      streams: lines.streams.save(),
    }));
    await nextTurn();
  }
  if (rest.length > 0) lines.add(rest);
  lines.finish();
  const notes = [...notesOf(manifest), ...lines.notes];
  return { tally: lines.tally, faults: inOrder(lines.tally.faults), doubts: withheldFrom(manifest), notes };
}

const ONLY_ROWS =
  'Of CSV, only that its rows fit each other and their manifest was verified: the hashes of events are verified in NDJSON.';

/** Verifies an export in CSV: row by row, and against its manifest. */
export async function verifyCsv(
  file: FileContent,
  beside: Beside,
  { watch }: Pick<ContentOptions, 'watch'>,
): Promise<Verified> {
  const rows = new RowVerification();
  let rest: Buffer = Buffer.alloc(0);
  for (let offset = 0; ;) {
    const chunk = await file.read(offset, CHUNK_BYTES);
    if (chunk.length === 0) break;
    offset += chunk.length;
    const bytes = Buffer.concat([rest, chunk]);
    rest = Buffer.from(bytes.subarray(rows.add(bytes)));
    if (rest.length > LONGEST_LINE) break;
    watch.onProgress(offset, file.size, rows.tally.events);
    await nextTurn();
  }
  const manifestBeside = rows.manifest === null ? await beside.read(LARGEST_MANIFEST_BYTES + 1) : null;
  rows.finish(rest, beside.name, manifestBeside);
  const { tally, manifest } = rows;
  const doubts = [...withheldFrom(manifest), ...rows.doubts];
  return { tally, faults: inOrder(tally.faults), doubts, notes: [...notesOf(manifest), ONLY_ROWS] };
}
