import { randomUUID } from 'node:crypto';
import { type EventId, eventId } from '../../schemas/events/event-id';

/** @returns the id of an event that a test makes, which no other event has. */
export const newEventId = (): EventId => eventId(randomUUID());
