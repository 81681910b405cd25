import type { AccessEntry } from '../../../../../schemas/api/access';
import { countWords } from '../../shared/model/words';

const WHAT: Readonly<Record<AccessEntry['what'], string>> = {
  history: 'Read the past of an order',
  feed: 'Followed the feed',
  search: 'Searched for orders',
  export: 'Exported history',
  coverage: 'Asked for coverage',
  quarantine: 'Read quarantine',
  redrive: 'Redrove a delivery',
  action: 'Recorded an action',
  relays: 'Read relays',
  access: 'Read who looked',
  readers: 'Read who may read',
  pairing: 'Entered the code of a screen',
  removal: 'Took a screen away',
  passcode: 'Was shown a passcode',
};

/** @returns what a reader did, and how often within a minute if it was more than once */
export const accessWords = ({ what, times }: Pick<AccessEntry, 'what' | 'times'>): string =>
  times === undefined || times < 2 ? WHAT[what] : `${WHAT[what]}, ${countWords(times, 'time')} within a minute`;
