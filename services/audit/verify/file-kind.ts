import { EVIDENCE_START } from '../evidence/bundle';
import { BYTE_ORDER_MARK } from '../export/csv';

/** Decides what a file is by its first bytes, so that a name proves nothing. */

/** What can be verified. */
export type FileKind = 'ndjson' | 'csv' | 'evidence';

/** What cannot: no file of ours, or what became of one on its way. */
export type ForeignKind = 'print' | 'web archive' | 'archive' | 'verifier' | 'other';

/** How the header of CSV begins, also where a spreadsheet saved it anew, after a mark. */
const HEADER = /^(?:\uFEFF|\u00ef\u00bb\u00bf)?"?position"?[,;\t]"?stream\b/;

/** @returns what a file of ours is. @param start its first bytes, some hundred thousand if it has as many */
export function kindOf(start: Buffer): FileKind {
  const begin = start.toString('utf8', 0, 32);
  const isMarked = begin.startsWith(BYTE_ORDER_MARK);
  const text = isMarked ? begin.slice(BYTE_ORDER_MARK.length) : begin;
  if (text.startsWith('{')) return 'ndjson';
  // The beginning of evidence may have been changed.
  if (/^\s*</.test(text) || start.includes(EVIDENCE_START.trimEnd())) return 'evidence';
  return isMarked || HEADER.test(text) ? 'csv' : 'ndjson';
}

/** How files begin that evidence is often turned into, or sent in. */
const FOREIGN_STARTS: readonly (readonly [start: string, kind: ForeignKind])[] = [
  // ISO 32000-1, 7.5.2.
  ['%PDF-', 'print'],
  // As Chrome and Safari save a page in one file.
  ['From: <Saved by', 'web archive'],
  ['bplist00', 'web archive'],
  // ZIP, and so the documents of office programs.
  ['PK\u0003\u0004', 'archive'],
];
/** In the head of the verifier's page. */
const VERIFIER_TITLE = '<title>Verify an export or evidence';
/** Bytes of a page in which its title is looked for. */
const HEAD_BYTES = 4_096;

/** What stands near the beginning of files of ours, some of it several times, and in hardly any other. */
const SIGNS = [
  ...['Evidence: order', 'ticket-rail-evidence', '"line_hash"', '{"kind":"event"', '{"kind":"manifest"'],
  ...['"stream":"order-', 'position","stream'],
];
/** How a row of CSV ends. */
const ROW_END = /,"[0-9a-f]{64}"\r?\n/;
/** How files of ours begin: what was cut off so soon that it has no sign yet is still one of them. */
const OUR_STARTS = [
  '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy"',
  '{"kind":"event"',
  '{"kind":"manifest"',
  '\u00ef\u00bb\u00bf"position"',
];
const SOON_BYTES = 1_024;

/** @returns what a file is that cannot be verified; null if it is one of ours, however it was changed. @param start as of {@link kindOf} */
export function foreignKindOf(start: Buffer): ForeignKind | null {
  const head = start.toString('latin1', 0, HEAD_BYTES);
  const known = FOREIGN_STARTS.find(([begin]) => head.startsWith(begin));
  if (known !== undefined) return known[1];
  if (head.includes(VERIFIER_TITLE)) return 'verifier';
  if (SIGNS.some((sign) => start.includes(sign)) || HEADER.test(head)) return null;
  if (ROW_END.test(start.toString('latin1'))) return null;
  const isCut = start.length < SOON_BYTES && OUR_STARTS.some((ours) => ours.startsWith(head) || head.startsWith(ours));
  return isCut ? null : 'other';
}
