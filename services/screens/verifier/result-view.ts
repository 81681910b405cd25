import type { Speech } from '../../../schemas/language/speech';
import type { VerifierId } from '../../../schemas/language/verifier/en';
import { sayVerifying as say } from '../../../schemas/language/verifying';
import { type AboutWords, aboutWords } from '../../audit/verify/about';
import type { FileKind, ForeignKind } from '../../audit/verify/file-kind';
import { foreignWords } from '../../audit/verify/foreign-words';
import { resultLines } from '../../audit/verify/result-lines';
import { type Signer, type VerificationVerdict, verdictOf, type Verified } from '../../audit/verify/verified';

/** Decides what the page says of a result: first what it is, then what that means, and last the lines of the command. */

/** What came of a file that was chosen. */
export type Result =
  | { readonly kind: 'verified'; readonly file: FileKind; readonly verified: Verified }
  /** It is none of ours. */
  | { readonly kind: 'foreign'; readonly file: ForeignKind }
  /** @property most bytes that are read here */
  | { readonly kind: 'too_large'; readonly most: number }
  /** It could not be read; why, in the words of the browser. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** What the page says of it. */
export interface ResultView {
  readonly verdict: VerificationVerdict | 'unusable';
  readonly title: string;
  /** What it means, a paragraph each. */
  readonly meaning: readonly string[];
  /** What the file is about; null if nothing can be said of it. */
  readonly about: AboutWords | null;
  /** What the command prints of it, in English. */
  readonly lines: readonly string[];
}

/** @returns what is said of a file. @param name of the file, printable */
export function resultView(name: string, result: Result, speech: Speech): ResultView {
  if (result.kind === 'verified') {
    const { file, verified } = result;
    const verdict = verdictOf(verified);
    return {
      verdict,
      title: say(speech, titleOf(verified)),
      meaning: meaningOf(file, verified, speech),
      about: aboutWords(verified, speech),
      lines: resultLines(name, verified),
    };
  }
  const meaning = [unusableWords(result, speech)];
  return { verdict: 'unusable', title: say(speech, 'verdict.unusable'), meaning, about: null, lines: [] };
}

function unusableWords(result: Exclude<Result, { readonly kind: 'verified' }>, speech: Speech): string {
  switch (result.kind) {
    case 'foreign':
      return foreignWords(result.file, speech);
    case 'too_large':
      return say(speech, 'verifier.too_large', { bytes: result.most, command: 'ticket-rail verify' });
    case 'unreadable':
      return say(speech, 'verifier.unreadable', { why: result.why });
  }
}

function titleOf(verified: Verified): Extract<VerifierId, `verdict.${string}`> {
  const verdict = verdictOf(verified);
  return verdict === 'broken' && (verified.within ?? null) !== null ? 'verdict.within' : `verdict.${verdict}`;
}

const SIGNED_BY = {
  key: 'means.signed_by_key',
  unknown: 'means.signed_by_unknown',
  nobody: 'means.signed_by_nobody',
} as const satisfies Readonly<Record<Signer, VerifierId>>;

function meaningOf(file: FileKind, verified: Verified, speech: Speech): readonly string[] {
  const { tally, claims = 0, signer } = verified;
  const verdict = verdictOf(verified);
  if (verdict === 'broken') return brokenMeaning(file, verified).map((id) => say(speech, id));
  const first: readonly VerifierPlain[] = verdict === 'holds' ? [holdsMeaning(file)] : doubtMeaning(file, verified);
  return [
    ...first.map((id) => say(speech, id)),
    ...(tally.unsealed === 0 ? [] : [say(speech, 'means.unsealed', { count: tally.unsealed })]),
    ...(tally.begun === 0 ? [] : [say(speech, 'means.begun')]),
    say(speech, 'means.not_true'),
    ...(claims === 0 ? [] : [say(speech, 'means.claims', { count: claims })]),
    ...(signer === undefined ? [] : [say(speech, SIGNED_BY[signer])]),
  ];
}

/** A message about a result that has no places. */
type VerifierPlain = Exclude<Extract<VerifierId, `means.${string}`>, 'means.unsealed' | 'means.claims'>;

const holdsMeaning = (file: FileKind): VerifierPlain => (file === 'csv' ? 'means.holds_rows' : 'means.holds');

/** What holds comes before what cannot be checked. */
function doubtMeaning(file: FileKind, { doubts = [] }: Verified): readonly VerifierPlain[] {
  const kinds = new Set(doubts.map(({ kind }) => kind));
  const isPageAlone = kinds.size === 1 && kinds.has('page not checked');
  return [
    ...(isPageAlone ? [holdsMeaning(file)] : []),
    ...(kinds.has('withheld') ? (['means.withheld'] as const) : []),
    ...(kinds.has('no manifest') ? (['means.no_manifest'] as const) : []),
    ...(kinds.has('cut') ? (['means.cut'] as const) : []),
    ...(kinds.has('page not checked') ? (['means.other_page'] as const) : []),
  ];
}

function brokenMeaning(file: FileKind, { tally, faults, within = null }: Verified): readonly VerifierPlain[] {
  if (within !== null) return [within === 'all' ? 'means.within_all' : 'means.within_facts'];
  if (file === 'evidence' && tally.events === 0) return ['means.no_evidence'];
  if (faults.every(({ code }) => code === 'check')) return ['means.other_key'];
  return file === 'csv' ? ['means.broken', 'means.spreadsheet'] : ['means.broken'];
}
