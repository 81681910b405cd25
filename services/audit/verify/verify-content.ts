import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Manifest } from '../export/ndjson';
import { StreamCount } from '../export/stream-count';
import { aboutFile } from './about';
import { LINE_ENDS_CHANGED, withReturns } from './line-ends';
import type { Progressed } from './saved-state';
import { StreamHeads } from '../chain/stream-heads';
import { lastLine, manifestIn, notesOf, withheldFrom } from './manifest';
import { isHeaderAltered, LARGEST_MANIFEST_BYTES, RowVerification } from './verify-rows';
import { addFault, inOrder, NOWHERE } from '../chain/verification';
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
    const progressed = (): Progressed => ({
      subject,
      tally: lines.tally,
      at,
      rest: { ...lines.save() },
      heads: lines.heads.save(),
      streams: lines.streams.save(),
    });
    // What was altered on its way is read from its beginning again: its digest is not that of its bytes.
    if (!lines.isAltered) watch.onResumable(progressed);
    await nextTurn();
  }
  if (rest.length > 0) lines.add(rest);
  lines.finish();
  const notes = [...notesOf(manifest), ...lines.notes];
  const doubts = withheldFrom(manifest);
  const within = lines.isOnlyAltered ? 'all' : null;
  const isKnown = lines.tally.faultCount === 0 || within !== null;
  const about = isKnown && lines.manifest !== null ? aboutFile(lines.manifest, lines.span) : null;
  return { tally: lines.tally, faults: inOrder(lines.tally.faults), doubts, notes, about, within };
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
  let [isAltered, last]: [boolean, number | undefined] = [false, undefined];
  for (let offset = 0; ;) {
    const came = await file.read(offset, CHUNK_BYTES);
    if (came.length === 0) break;
    if (offset === 0) isAltered = isHeaderAltered(came);
    offset += came.length;
    const chunk = isAltered ? withReturns(came, last) : came;
    last = came.at(-1);
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
  const within = isAltered && tally.faultCount === 0 ? 'all' : null;
  const about = tally.faultCount === 0 && manifest !== null ? aboutFile(manifest, null) : null;
  if (isAltered) addFault(tally, { code: 'file', detail: LINE_ENDS_CHANGED, ...NOWHERE, line: 1 });
  return { tally, faults: inOrder(tally.faults), doubts, notes: [...notesOf(manifest), ONLY_ROWS], about, within };
}
