import type { z } from 'zod';

/**
 * What a stream is called in the event store. Only what names streams, and what reads a store or a file, makes one, so
 * that nothing else, such as the id of an order, is ever asked for as a stream.
 */
export type StreamName = string & z.$brand<'StreamName'>;

/** Names a stream of the store. */
export const streamName = (name: string): StreamName => name as StreamName;
