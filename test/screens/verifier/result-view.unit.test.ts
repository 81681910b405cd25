import { esVerifier } from '../../../schemas/language/verifier/es';
import { enVerifier } from '../../../schemas/language/verifier/en';
import { createSpeech } from '../../../schemas/language/speech';
import { emptyTally, NOWHERE } from '../../../services/audit/chain/verification';
import type { VerificationFault } from '../../../services/audit/chain/verify-event';
import type { Verified } from '../../../services/audit/verify/verified';
import { type Result, resultView } from '../../../services/screens/verifier/result-view';

/** What the verifier's page says of what was found. */

const ENGLISH = createSpeech('en', 'en', {});
const SPANISH = createSpeech('es', 'es', esVerifier);

const found = (more: Partial<Verified> = {}): Verified => {
  const { faults = [] } = more;
  const tally = { ...emptyTally(), events: 2, faultCount: faults.length, faults: [...faults] };
  return { tally, faults, notes: [], ...more };
};
const fault = (code: VerificationFault['code']): VerificationFault => ({ ...NOWHERE, code, detail: 'it is another' });
const evidence = (more?: Partial<Verified>): Result => ({ kind: 'verified', file: 'evidence', verified: found(more) });
const viewOf = (result: Result) => resultView('a.html', result, ENGLISH);
const doubt = (kind: 'withheld' | 'page not checked' | 'no manifest' | 'cut') => ({ kind, detail: 'why' });

describe('what the verifier says of a file', () => {
  it('evidence that holds is said to be as it was recorded, not to be true, and by whom it is signed as far as that was verified', () => {
    const { verdict, title, meaning } = viewOf(evidence({ signer: 'unknown' }));
    expect([verdict, title]).toEqual(['holds', 'Holds']);
    expect(meaning).toEqual([
      enVerifier['means.holds'],
      enVerifier['means.not_true'],
      enVerifier['means.signed_by_unknown'],
    ]);
    expect(viewOf(evidence({ signer: 'key' })).meaning.at(-1)).toBe(enVerifier['means.signed_by_key']);
    expect(viewOf(evidence({ signer: 'nobody' })).meaning.at(-1)).toBe(enVerifier['means.signed_by_nobody']);
  });

  it('where screens claim that they showed the order, it is said how many do, and what that is worth', () => {
    const { meaning } = viewOf(evidence({ claims: 2, signer: 'key' }));
    expect(meaning[2]).toMatch(/^2 claims of screens are in it.* whether anybody looked, nothing shows\.$/);
    expect(resultView('a.html', evidence({ claims: 1 }), SPANISH).meaning.at(-1)).toMatch(/^Contiene 1 declaración/);
    expect(viewOf(evidence({ claims: 0 })).meaning.join(' ')).not.toContain('claim');
  });

  it('of a file without contacts it is said first what of it holds, and then what cannot be checked', () => {
    const { verdict, title, meaning } = viewOf(evidence({ doubts: [doubt('withheld')] }));
    expect([verdict, title]).toEqual(['undecided', 'What can be checked holds']);
    expect(meaning[0]).toMatch(/^The file is as it was written.*cannot be checked here/);
    // What was left out is not said to be the only thing that is open.
    expect(meaning).not.toContain(enVerifier['means.holds']);
  });

  it('evidence of another version whose facts hold is said to have them as they were recorded, and its page is not relied on', () => {
    expect(viewOf(evidence({ doubts: [doubt('page not checked')] })).meaning.slice(0, 2)).toEqual([
      enVerifier['means.holds'],
      enVerifier['means.other_page'],
    ]);
    const both = viewOf(evidence({ doubts: [doubt('withheld'), doubt('page not checked')] })).meaning;
    expect(both).not.toContain(enVerifier['means.holds']);
  });

  it.each([
    ['all', 'means.within_all'],
    ['facts', 'means.within_facts'],
  ] as const)('a file within which %s holds does not hold as it is, and it is said why', (within, id) => {
    const { verdict, title, meaning } = viewOf(evidence({ faults: [fault('file')], within }));
    expect([verdict, title]).toEqual(['broken', 'Does not hold as it is']);
    expect(meaning).toEqual([enVerifier[id]]);
  });

  it('what does not hold is said to have been changed, to lack its evidence or not to fit the key, and never to be good', () => {
    const broken = (more: Partial<Verified>) => viewOf(evidence(more)).meaning;
    expect(broken({ faults: [fault('content')] })).toEqual([enVerifier['means.broken']]);
    expect(broken({ faults: [fault('check')] })).toEqual([enVerifier['means.other_key']]);
    expect(broken({ faults: [fault('check'), fault('file')] })).toEqual([enVerifier['means.broken']]);
    const tally = { ...emptyTally(), faultCount: 1, faults: [fault('file')] };
    expect(broken({ tally, faults: [fault('file')] })).toEqual([enVerifier['means.no_evidence']]);
    const rows: Result = { kind: 'verified', file: 'csv', verified: found({ faults: [fault('file')] }) };
    expect(viewOf(rows).meaning).toEqual([enVerifier['means.broken'], enVerifier['means.spreadsheet']]);
  });

  it('a file that is none of ours is not verified, and it is said which to choose', () => {
    const { verdict, title, meaning, lines } = viewOf({ kind: 'foreign', file: 'other' });
    expect([verdict, title, lines]).toEqual(['unusable', 'Not verified', []]);
    expect(meaning.join(' ')).toMatch(/not evidence or an export of Ticket Rail.*\.evidence\.html, \.ndjson or \.csv/);
  });

  it('the page speaks its language, and shows the lines of the command in English', () => {
    const { title, meaning, lines } = resultView('a.html', evidence({ signer: 'nobody' }), SPANISH);
    expect(title).toBe(esVerifier['verdict.holds']);
    expect(meaning[0]).toBe(esVerifier['means.holds']);
    expect(lines).toEqual(['a.html holds: 2 events.']);
  });
});
