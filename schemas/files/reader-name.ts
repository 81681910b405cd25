import type { ReaderName } from './readers';

/** Takes a text for the name of a reader. Only what reads a store, or looks for a reader of any name, calls it. */
export const readerName = (name: string): ReaderName => name as ReaderName;
