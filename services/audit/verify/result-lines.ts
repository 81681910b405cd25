import { OF_FILES } from '../../../schemas/language/sentences/phrase';
import { sayVerifying } from '../../../schemas/language/verifying';
import { count, counted } from '../../terminal/figures';
import { printableLine } from '../../terminal/printable';
import type { VerificationFault } from '../chain/verify-event';
import { aboutLines } from './about';
import type { Verified } from './verified';

/** What a verification found, in sentences: the same for the command and for the page in a browser. */

/**
 * @returns a fault in one line of text. What was recorded is quoted, so that it cannot pass for something that we say.
 */
export function faultLine({ code, detail, position, stream, revision, line }: VerificationFault): string {
  const place = [
    line === null ? [] : [`line ${String(line)}`],
    position === null ? [] : [`position ${position}`],
    stream === null ? [] : [`stream ${JSON.stringify(stream)}`],
    revision === null ? [] : [`revision ${String(revision)}`],
  ].flat();
  return `${place.length === 0 ? '' : `${place.join(', ')}: `}${detail} (${code})`;
}

/** Returns the first lines: the verdict, and what it is of; the first that does not hold comes first. */
function headLines(name: string, { tally, faults, doubts = [], restores = [] }: Verified): readonly string[] {
  const [first, ...others] = faults;
  const events = counted(tally.events, 'event', 'events');
  if (first !== undefined)
    return [
      `${name} DOES NOT HOLD: ${counted(tally.faultCount, 'fault', 'faults')} in ${events}. The first:`,
      ...[first, ...others].map((fault) => `  ${faultLine(fault)}`),
      ...(tally.faultCount > faults.length ? [`  and ${count(tally.faultCount - faults.length)} more`] : []),
    ];
  if (doubts.length === 0) return [`${name} holds${restores.length === 0 ? '' : ', BUT WAS RESTORED'}: ${events}.`];
  const kinds = [...new Set(doubts.map(({ kind }) => kind.toUpperCase()))].join(', ');
  return [
    `${name} CANNOT BE TOLD (${kinds}): nothing contradicts its ${events}, but not all can be verified.`,
    ...doubts.map(({ detail }) => `  ${detail}`),
  ];
}

/** Returns what of a file that does not hold is as it was written nevertheless. */
function withinLines({ within = null }: Verified): readonly string[] {
  if (within === null) return [];
  return [sayVerifying(OF_FILES, within === 'all' ? 'means.within_all' : 'means.within_facts')];
}

/** Returns what claims of screens are worth. */
const claimLines = ({ claims = 0 }: Verified): readonly string[] =>
  claims === 0 ? [] : [sayVerifying(OF_FILES, 'means.claims', { count: claims })];

/** Returns how many events there are of which less can be said. */
function limitLines({ tally: { unsealed, firstUnsealed, begun } }: Verified): readonly string[] {
  const carry = counted(unsealed, 'event carries', 'events carry');
  const times = begun === 1 ? 'Once' : `${count(begun)} times`;
  return [
    ...(unsealed === 0
      ? []
      : [`${carry} no hashes, the first at position ${firstUnsealed ?? '?'}: nothing can be said of them.`]),
    ...(begun === 0
      ? []
      : [`${times} a stream goes on after events that are not here: those before cannot be verified.`]),
  ];
}

/** Returns the result in words, a line each. */
export const resultLines = (name: string, verified: Verified): readonly string[] =>
  [
    ...headLines(name, verified),
    ...withinLines(verified),
    ...aboutLines(verified),
    ...limitLines(verified),
    ...claimLines(verified),
    ...verified.notes,
  ].map(printableLine);
