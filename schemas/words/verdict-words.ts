import type { Verdict } from '../vocabulary';

/** A verdict for people: what became of the event, and by which rule. */
export interface VerdictWords {
  readonly words: string;
  readonly rule: string;
}

/** The rules of projections/history/timeline.ts in words, in the order in which they are tried. */
export const VERDICT_WORDS: Readonly<Record<Verdict, VerdictWords>> = {
  action: {
    words: 'Done here',
    rule: 'It is no report: somebody at the counter handed the order over, acknowledged what changed, or undid it.',
  },
  new_order: {
    words: 'New order, same number',
    rule: 'The order of this number had ended 6 hours or more before, and this reports a beginning: all of that order is forgotten.',
  },
  reopened: {
    words: 'Reopened',
    rule: 'The order had ended, and after this it is open again: another driver came with a status that does not end it.',
  },
  came_before: {
    words: 'Came before',
    rule: 'An earlier event reported exactly the same, with others in between: it is followed, but it may be an old delivery that was sent again.',
  },
  out_of_order: {
    words: 'Late news, not followed',
    rule: 'Read alone it would leave the order nearer to the kitchen than it stands: it reports an earlier step, so the stage stays.',
  },
  driver_changed: {
    words: 'Driver changed',
    rule: 'Somebody else drives than before, or nobody any more. It decides who gets the food.',
  },
  unknown_value: {
    words: 'Unknown word',
    rule: 'Its status or delivery status is a word that is not documented: kept, shown, and not followed.',
  },
  no_change: {
    words: 'Nothing new',
    rule: 'After it the order stands as it stood before: nothing that people see changed.',
  },
  advance: { words: 'Followed', rule: 'It changed the order, and none of the other rules held.' },
};
