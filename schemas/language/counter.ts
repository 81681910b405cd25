import { en } from './catalogues/en';
import { createSpeech, sayerOf } from './speech';

/** What is said at the counter, in English as long as nothing else is. */

export const ENGLISH = createSpeech('en', 'en', en);

/** Says a message of the counter in a speech. */
export const sayIn = sayerOf(en);
