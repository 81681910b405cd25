import { hash, type KeyObject } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BYTE_ORDER_MARK } from '../export/csv';
import { EVIDENCE_FORMAT, Manifest } from '../export/ndjson';
import { StreamCount } from '../export/stream-count';
import { EVIDENCE_END, EVIDENCE_START, splitBundle } from '../evidence/bundle';
import { checkPage } from './bundle/check-page';
import { quotedFromFile } from './quoted-from-file';
import type { Progressed } from './saved-state';
import { StreamHeads } from '../chain/stream-heads';
import { LARGEST_MANIFEST_BYTES, RowVerification } from './verify-rows';
import { addFault, type Doubt, inOrder, NOWHERE } from '../chain/verification';
import { checkBundleProof } from './bundle/bundle-proof';
import { checkBundleSignatures } from './bundle/bundle-signatures';
import { LineVerification, parseMembers, type SavedLines } from './verify-lines';
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

/** What is added where all that is wrong is that the page could not be checked. */
const EVENTS_HOLD = ' The events themselves hold; read them, not the page.';

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

/** Returns the last line with anything in it, with all that is blank after it. */
function lastLine(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) <= 0x20) end--;
  return bytes.subarray(end === 0 ? 0 : bytes.lastIndexOf(0x0a, end - 1) + 1);
}

function manifestIn(line: Buffer): Manifest | null {
  try {
    return Manifest.safeParse(JSON.parse(line.toString('utf8'))).data ?? null;
  } catch {
    return null;
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

function notesOf(manifest: Manifest | null): readonly string[] {
  if (manifest === null) return [];
  const { from, to, software, exported_at } = manifest;
  return [
    `Exported by version ${quotedFromFile(software.version)} at ${quotedFromFile(exported_at)}, as the file says.`,
    ...(from === null && to === null
      ? []
      : [
          `Only events received from ${from === null ? 'the beginning' : quotedFromFile(from)} to ${to === null ? 'the end' : quotedFromFile(to)}, as the file says: others are not here.`,
        ]),
  ];
}

function withheldFrom(manifest: Manifest | null): readonly Doubt[] {
  if (manifest?.withheld !== true) return [];
  const detail = manifest.format === EVIDENCE_FORMAT ? WITHHELD_FROM_EVIDENCE : WITHHELD_FROM_EXPORT;
  return [{ kind: 'withheld', detail }];
}

const WITHHELD_FROM_EVIDENCE =
  'Phones and passcodes were withheld from this file, and with them the hashes that they could be found from: those over the ' +
  'contents, the events and the bodies, which cannot be computed again, and the signed checkpoints. So that contents and chain ' +
  'are what was recorded, and that how they were read follows from them, cannot be verified here: it takes evidence that ' +
  'shows them. The file is whole, and its page says what its lines say.';

const WITHHELD_FROM_EXPORT =
  'Phones and passcodes were withheld from the reader who exported this, and with them the hashes that they could be found from. ' +
  'So that contents and chains of events are what was recorded cannot be verified here: it takes an export that shows them.';

/**
 * Verifies a bundle: its evidence line by line, and the page around it, which is made again from the evidence.
 * @param codeOf identifies the code that makes it again, with the clocks of a zone: other code may make another page of
 *   the same events
 * @param publicKey that signed checkpoints in it have to be signed with; null if none was given
 */
export function verifyBundle(
  bytes: Buffer,
  seed: number,
  codeOf: (zone: string | undefined) => string,
  publicKey: KeyObject | null,
): Verified {
  const parts = splitBundle(bytes);
  const expected = parts === null ? null : manifestIn(lastLine(parts.evidence));
  const code = codeOf(expected?.time_zone);
  const lines = new LineVerification(expected, code, seed);
  if (parts === null) {
    const detail = `there is no evidence between ${EVIDENCE_START.trim()} and ${EVIDENCE_END.trim()}`;
    addFault(lines.tally, { code: 'file', detail, ...NOWHERE });
    return { tally: lines.tally, faults: lines.tally.faults, notes: [] };
  }
  const { before, evidence, after } = parts;
  for (let from = 0; from < evidence.length;) {
    const at = evidence.indexOf(0x0a, from);
    const end = at < 0 ? evidence.length : at + 1;
    lines.add(evidence.subarray(from, end));
    from = end;
  }
  lines.finish();
  const { manifest, tally } = lines;
  if (manifest !== null && hash('sha256', Buffer.concat([before, after]), 'hex') !== manifest.report_sha256) {
    addFault(tally, { code: 'file', detail: 'the report around the evidence was changed', ...NOWHERE });
  }
  const members = evidence.toString('utf8').trimEnd().split('\n').map(parseMembers);
  const doubts: Doubt[] = [...withheldFrom(manifest)];
  // What cannot be read has its fault by now, and nothing can be made of it.
  if (manifest !== null && !tally.faults.some(({ code }) => code === 'form' || code === 'file')) {
    const page = checkPage(bytes, evidence, manifest, code);
    switch (page.kind) {
      case 'holds':
        break;
      case 'other':
        addFault(tally, { code: 'file', detail: page.detail, ...NOWHERE });
        break;
      case 'not checked':
        doubts.push({
          kind: 'page not checked',
          detail: `${page.detail}${doubts.length > 0 || tally.faults.length > 0 ? '' : EVENTS_HOLD}`,
        });
    }
  }
  const signatures = checkBundleSignatures(members, publicKey);
  const holds = tally.faultCount === 0 && signatures.faults.length === 0;
  const signed = [signatures, checkBundleProof(members, publicKey, holds)];
  for (const fault of signed.flatMap(({ faults }) => faults)) addFault(tally, fault);
  const notes = [...notesOf(manifest), ...lines.notes, ...signed.flatMap((one) => one.notes)];
  return { tally, faults: inOrder(tally.faults), doubts, notes };
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
