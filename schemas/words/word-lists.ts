import { ATTENTION_MEANINGS, STAGE_MEANINGS } from './meanings';
import { keysOf } from '../records';
import { VERDICT_WORDS } from './verdict-words';
import { DELIVERY_STATUSES, STATUSES } from '../vocabulary';

/** A list of words, each with what it means. */
export interface WordList {
  /** Part of an address. */
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** Word and meaning. */
  readonly words: readonly (readonly [string, string])[];
}

const listed = <Word extends string>(meanings: Readonly<Record<Word, string>>): WordList['words'] =>
  keysOf(meanings).map((word) => [word, meanings[word]]);

const OPEN = 'The list is open: another word is kept, shown as it came and not followed.';

/** All lists, in the order in which an update goes through them. */
export const WORD_LISTS: readonly WordList[] = [
  {
    id: 'statuses',
    title: 'status',
    about: `How the order stands, as Stream reports it. ${OPEN}`,
    words: [...STATUSES.values()].map(({ value, meaning }) => [value, meaning]),
  },
  {
    id: 'delivery-statuses',
    title: 'delivery_status',
    about: `How the delivery stands, as Stream reports it. Some words are also a status, and mean something else there. ${OPEN}`,
    words: [...DELIVERY_STATUSES.values()].map(({ value, meaning }) => [value, meaning]),
  },
  {
    id: 'stages',
    title: 'stage',
    about: 'Where an order stands for people at the counter: the first of these that holds.',
    words: listed(STAGE_MEANINGS),
  },
  {
    id: 'attention-codes',
    title: 'attention',
    about: 'What somebody at the counter should look at now: all of these that hold.',
    words: listed(ATTENTION_MEANINGS),
  },
  {
    id: 'verdicts',
    title: 'verdict',
    about: 'How one event of the history was read, given everything before it: the first of these that holds.',
    words: keysOf(VERDICT_WORDS).map((verdict) => [verdict, VERDICT_WORDS[verdict].rule]),
  },
];
