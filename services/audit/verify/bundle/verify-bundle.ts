import { hash, type KeyObject } from 'node:crypto';
import { EVIDENCE_END, EVIDENCE_START, splitBundle } from '../../evidence/bundle';
import { addFault, type Doubt, inOrder, NOWHERE } from '../../chain/verification';
import { lastLine, manifestIn, notesOf, withheldFrom } from '../manifest';
import type { Verified } from '../verified';
import { parseMembers } from '../line-members';
import { LineVerification } from '../verify-lines';
import { checkBundleProof } from './bundle-proof';
import { checkBundleSignatures } from './bundle-signatures';
import { checkPage } from './check-page';

/** What is added where all that is wrong is that the page could not be checked. */
const EVENTS_HOLD = ' The events themselves hold; read them, not the page.';

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
