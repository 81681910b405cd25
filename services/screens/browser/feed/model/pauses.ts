import { backoff, type PauseBounds } from '../../../../../schemas/backoff';

/** Pauses before something is tried again, in milliseconds. */
const PAUSES: PauseBounds = { first: 500, longest: 5_000 };

/** @returns the milliseconds to wait after so many failures in succession before the last. */
export const pauseAfter = (failures: number): number => backoff(failures + 1, PAUSES, Math.random());
