/** First and longest pause before something is tried again, in milliseconds; a random part keeps screens apart. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** @returns the milliseconds to wait after so many failures in succession before the last. */
export const pauseAfter = (failures: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2);
