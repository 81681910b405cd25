import { count } from '../../terminal/figures';
import { printableLine } from '../../terminal/printable';
import type { Fault } from '../chain/verify-event';
import type { Verified } from './verified';

/** What a verification found, in sentences: the same for the command and for the page in a browser. */

/**
 * @returns a fault in one line of text. What was recorded is quoted, so that it cannot pass for something that we say.
 */
export function faultLine({ code, detail, position, stream, revision, line }: Fault): string {
  const place = [
    line === null ? [] : [`line ${String(line)}`],
    position === null ? [] : [`position ${position}`],
    stream === null ? [] : [`stream ${JSON.stringify(stream)}`],
    revision === null ? [] : [`revision ${String(revision)}`],
  ].flat();
  return `${place.length === 0 ? '' : `${place.join(', ')}: `}${detail} (${code})`;
}

/** Returns the result in words, a line each; the first that does not hold comes first. */
export function resultLines(
  name: string,
  { tally, faults, doubts = [], notes, restores = [] }: Verified,
): readonly string[] {
  const [first, ...others] = faults;
  const unsealed =
    tally.unsealed === 0
      ? []
      : [
          `${count(tally.unsealed)} events carry no hashes, the first at position ${tally.firstUnsealed ?? '?'}: nothing can be said of them.`,
        ];
  const begun =
    tally.begun === 0
      ? []
      : [
          `${count(tally.begun)} times a stream goes on after events that are not here: those before cannot be verified.`,
        ];
  const doubtful = [...new Set(doubts.map(({ kind }) => kind.toUpperCase()))].join(', ');
  const head =
    first === undefined
      ? doubts.length === 0
        ? [`${name} holds${restores.length === 0 ? '' : ', BUT WAS RESTORED'}: ${count(tally.events)} events.`]
        : [
            `${name} CANNOT BE TOLD (${doubtful}): nothing contradicts its ${count(tally.events)} events, but not all can be verified.`,
            ...doubts.map(({ detail }) => `  ${detail}`),
          ]
      : [
          `${name} DOES NOT HOLD: ${count(tally.faultCount)} ${tally.faultCount === 1 ? 'fault' : 'faults'} in ${count(tally.events)} events. The first:`,
          `  ${faultLine(first)}`,
          ...others.map((fault) => `  ${faultLine(fault)}`),
          ...(tally.faultCount > faults.length ? [`  and ${count(tally.faultCount - faults.length)} more`] : []),
        ];
  return [...head, ...unsealed, ...begun, ...notes].map(printableLine);
}
