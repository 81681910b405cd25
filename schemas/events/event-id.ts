import type { z } from 'zod';

/**
 * What one event is called: a UUID in lower case. Only what makes one up, and what reads a store or a file, makes one, so
 * that no other id, such as that of a request, is an event's without this being said.
 */
export type EventId = string & z.$brand<'EventId'>;

/** Takes a text for the id of an event. */
export const eventId = (id: string): EventId => id as EventId;
