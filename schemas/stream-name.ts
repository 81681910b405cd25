import { z } from 'zod';

/**
 * What a stream is called in the event store. Only what names streams, and what reads a store or a file, makes one, so
 * that nothing else, such as the id of an order, is ever asked for as a stream.
 */
export const StreamName = z.string().brand<'StreamName'>();
export type StreamName = z.infer<typeof StreamName>;

/** Names a stream of the store. */
export const streamName = (name: string): StreamName => name as StreamName;
