import type { KeyObject } from 'node:crypto';
import { EVIDENCE_END, EVIDENCE_START, splitBundle } from '../../evidence/bundle';
import type { Manifest } from '../../export/ndjson';
import { addFault, type Doubt, inOrder, NOWHERE } from '../../chain/verification';
import type { VerificationFault } from '../../chain/verify-event';
import { aboutFile, type Within } from '../about';
import { LINE_ENDS_CHANGED, MARK_ADDED, withLineFeeds, withoutMark } from '../line-ends';
import { type Members, parseMembers } from '../line-members';
import { lastLine, manifestIn, notesOf, withheldFrom } from '../manifest';
import type { Signer, Verified } from '../verified';
import { LineVerification } from '../verify-lines';
import { checkBundleProof } from './bundle-proof';
import { checkBundleSignatures } from './bundle-signatures';
import { checkDescribedPage, checkPage, hashAround, type PageCheck } from './check-page';
import { type BundleContent, contentOf } from './remade-bundle';

/** What is added where all that is wrong is that the page could not be checked. */
const EVENTS_HOLD = ' The events themselves hold; read them, not the page.';
const PAGE_CHANGED = 'the report around the evidence was changed';

/** @returns what was done to a bundle on its way, as faults. @param came as it came @param text without a mark */
function alterationsOf(came: Buffer, text: Buffer): readonly VerificationFault[] {
  const mark: VerificationFault[] = text === came ? [] : [{ code: 'file', detail: MARK_ADDED, ...NOWHERE }];
  const at = text.indexOf('\r\n');
  if (at < 0) return mark;
  const lineIn = (bytes: Buffer): number => bytes.toString('latin1').split('\n').length;
  const parts = splitBundle(text);
  const [from, to] = parts === null ? [0, 0] : [parts.before.length, parts.before.length + parts.evidence.length];
  const place =
    from <= at && at < to
      ? { detail: LINE_ENDS_CHANGED, line: lineIn(text.subarray(from, at)) }
      : { detail: `${LINE_ENDS_CHANGED}, from line ${String(lineIn(text.subarray(0, at)))} of the file on` };
  return [...mark, { code: 'file', ...NOWHERE, ...place }];
}

/** What there is to say of the page of a bundle. */
interface PageResult {
  /** It is the one that the manifest describes. */
  readonly isDescribed: boolean;
  /** Whether that one follows from the events; null if that was not looked at. */
  readonly check: PageCheck | null;
  readonly content: BundleContent | null;
}

/**
 * Verifies a bundle: its evidence line by line, and the page around it, which is made again from the evidence. What mail
 * and editors did to its text on the way is a fault, and taken back, so that what is wrong besides is found.
 * @param codeOf identifies the code that makes it again, with the clocks of a zone: other code may make another page of
 *   the same events
 * @param publicKey that signed checkpoints in it have to be signed with; null if none was given
 */
export function verifyBundle(
  came: Buffer,
  seed: number,
  codeOf: (zone: string | undefined) => string,
  publicKey: KeyObject | null,
): Verified {
  const text = withoutMark(came);
  const bytes = withLineFeeds(text);
  const parts = splitBundle(bytes);
  const expected = parts === null ? null : manifestIn(lastLine(parts.evidence));
  const code = codeOf(expected?.time_zone);
  const lines = new LineVerification(expected, code, seed);
  const { tally } = lines;
  if (parts === null) {
    const detail = `there is no evidence between ${EVIDENCE_START.trim()} and ${EVIDENCE_END.trim()}`;
    addFault(tally, { code: 'file', detail, ...NOWHERE });
    return { tally, faults: tally.faults, notes: [] };
  }
  addLines(lines, parts.evidence);
  const { manifest } = lines;
  const doLinesHold = tally.faultCount === 0;
  const members = parts.evidence.toString('utf8').trimEnd().split('\n').map(parseMembers);
  const page = pageResultOf(bytes, parts, members, { manifest, code, isReadable: areReadable(tally.faults) });
  if (!page.isDescribed) addFault(tally, { code: 'file', detail: PAGE_CHANGED, ...NOWHERE });
  if (page.check?.kind === 'other') addFault(tally, { code: 'file', detail: page.check.detail, ...NOWHERE });
  const doubts = doubtsOf(manifest, page, tally.faultCount > 0);
  const signatures = checkBundleSignatures(members, publicKey);
  const holds = tally.faultCount === 0 && signatures.faults.length === 0;
  const signed = [signatures, checkBundleProof(members, publicKey, holds)];
  const signedFaults = signed.flatMap(({ faults }) => faults);
  const alterations = alterationsOf(came, text);
  for (const fault of [...signedFaults, ...alterations]) addFault(tally, fault);
  const notes = [...notesOf(manifest), ...lines.notes, ...signed.flatMap((one) => one.notes)];
  const within =
    doLinesHold && page.check?.kind !== 'other' && signedFaults.length === 0
      ? withinOf(page.isDescribed, alterations)
      : null;
  const isKnown = tally.faultCount === 0 || within !== null;
  const about = isKnown && manifest !== null ? aboutFile(manifest, lines.span, page.content?.order?.orders) : null;
  const signer = signerOf(members, publicKey);
  const claims = isKnown ? (page.content?.order?.shown?.receipts.length ?? 0) : 0;
  return { tally, faults: inOrder(tally.faults), doubts, notes, about, claims, within, signer };
}

function addLines(lines: LineVerification, evidence: Buffer): void {
  for (let from = 0; from < evidence.length;) {
    const at = evidence.indexOf(0x0a, from);
    const end = at < 0 ? evidence.length : at + 1;
    lines.add(evidence.subarray(from, end));
    from = end;
  }
  lines.finish();
}

/** Returns whether something can be made of lines: what cannot be read has its fault by now. */
const areReadable = (faults: readonly VerificationFault[]): boolean =>
  !faults.some(({ code }) => code === 'form' || code === 'file');

function pageResultOf(
  bytes: Buffer,
  parts: NonNullable<ReturnType<typeof splitBundle>>,
  members: readonly (Members | null)[],
  {
    manifest,
    code,
    isReadable,
  }: { readonly manifest: Manifest | null; readonly code: string; readonly isReadable: boolean },
): PageResult {
  if (manifest === null) return { isDescribed: true, check: null, content: null };
  const isDescribed = hashAround(parts) === manifest.report_sha256;
  if (!isReadable) return { isDescribed, check: null, content: null };
  const content = contentOf(members, manifest);
  const check = isDescribed ? checkPage(bytes, content, code) : checkDescribedPage(content, code);
  return { isDescribed, check, content };
}

function doubtsOf(manifest: Manifest | null, { isDescribed, check }: PageResult, isFaulty: boolean): readonly Doubt[] {
  const withheld = withheldFrom(manifest);
  // Of a page that is not the one that was written, there is nothing to doubt.
  if (check?.kind !== 'not checked' || !isDescribed) return withheld;
  const detail = `${check.detail}${withheld.length > 0 || isFaulty ? '' : EVENTS_HOLD}`;
  return [...withheld, { kind: 'page not checked', detail }];
}

/** Returns what holds of a bundle all of whose lines do. */
function withinOf(isDescribed: boolean, alterations: readonly VerificationFault[]): Within | null {
  if (!isDescribed) return 'facts';
  return alterations.length > 0 ? 'all' : null;
}

/** Returns what is known of who signed what is signed in evidence, where nothing is wrong with it. */
function signerOf(members: readonly (Members | null)[], publicKey: KeyObject | null): Signer {
  const isSigned = members.some((line) => line?.['kind'] === 'checkpoint' || line?.['kind'] === 'proof');
  if (!isSigned) return 'nobody';
  return publicKey === null ? 'unknown' : 'key';
}
