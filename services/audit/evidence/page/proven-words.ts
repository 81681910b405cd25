import { html, list } from './html';

/** What a bundle proves and what not, for somebody who has to judge. */

/** The hashes are not keyed: of all that is proven, this is the condition. */
const CONDITION = 'unless somebody computed all hashes of the file anew';
const PROVEN =
  `What was reported, and when this service received it, ${CONDITION}: each event holds a hash of its content, and the hash of ` +
  'the event before it. An event that was changed, removed, inserted or moved is found.';
const UNSEALED = ' Of events that versions before these hashes stored, which have none here, it is not proven.';
const provenOfPage = (hasClaims: boolean): string =>
  'That this page says nothing but what follows from the events in this file, beside the name of the restaurant' +
  `${hasClaims ? ' and what screens claim' : ''}: it is made again from them and compared.`;
const provenByNote = (position: string): string =>
  `That the events up to position ${position} were in a log that the key of this service signed. Anyone who has the key could ` +
  'sign another log: a witness helps against that, or a note that was kept elsewhere. It takes the public key of the service, ' +
  'from elsewhere.';
const PROVEN_OF_WITHHELD = [
  `That this file is whole, and as it was written, ${CONDITION}: each of its lines holds the hash of the line before it.`,
  'That this page says nothing but what the lines in this file say.',
];
const notTrue = (hasClaims: boolean): string =>
  `That what was reported${hasClaims ? ', or what screens claim,' : ''} was true. Times are those at which reports came; ` +
  'nobody watched the door.';
const NOT_PROVEN_OF_ANY = [
  'That no report was lost on its way here, or never sent.',
  'That the whole file was not made anew, or cut at its beginning or end, with all its hashes, which anybody can compute: ' +
    'comparing it with the store finds that. That the store was not, only signed checkpoints prove that were kept elsewhere.',
  'What the location is called, and by whose clocks it lives: it is what this service is set to say. Recorded is the location id.',
];
const NOT_PROVEN = [
  ...NOT_PROVEN_OF_ANY,
  'Who signed the checkpoints in this file, unless it is verified with the public key of the service, from elsewhere.',
];
const NOT_PROVEN_OF_WITHHELD = [
  ...NOT_PROVEN_OF_ANY,
  'That the events are what was recorded, and that how they were read follows from them: it takes the hashes and values that ' +
    'are withheld. A file with them can be had from the restaurant.',
];

/** What a proof shows of the events of an order. */
export interface ProvenPart {
  /** Of the event that it is of. */
  readonly position: string;
  /** It leads from that event, as it is in the file, to the note; otherwise another event was signed there. */
  readonly holds: boolean;
}

/** @returns that the proof in a file speaks against it, HTML; empty if it does not. */
export const contradiction = (proven: ProvenPart | null): string =>
  proven === null || proven.holds
    ? ''
    : `<div class="bad"><p>The log has another event at position ${html(proven.position)} than a signed note of it says: ` +
      'one was changed after it was signed.</p></div>';

/** @returns what a bundle proves and what not, HTML. */
export function provenWords({
  proven,
  withheld,
  hasClaims,
  isSealed,
}: {
  /** What the proof in it shows; null if there is none. */
  readonly proven: ProvenPart | null;
  readonly withheld: boolean;
  /** It has claims of screens. */
  readonly hasClaims: boolean;
  /** Each event has hashes. */
  readonly isSealed: boolean;
}): string {
  const ofNote = proven?.holds === true ? [provenByNote(proven.position)] : [];
  return [
    '<div class="proof">',
    '<h2>What this file proves</h2>',
    list(withheld ? PROVEN_OF_WITHHELD : [`${PROVEN}${isSealed ? '' : UNSEALED}`, provenOfPage(hasClaims), ...ofNote]),
    '<h2>What it does not prove</h2>',
    list([notTrue(hasClaims), ...(withheld ? NOT_PROVEN_OF_WITHHELD : NOT_PROVEN)]),
    '</div>',
  ].join('\n');
}
