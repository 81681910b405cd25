import { z } from 'zod';

/** Where an event is among all events, wherever that is kept or sent. */
export const Position = z
  .string()
  .regex(/^\d+$/)
  .meta({ description: 'place of an event among all events: opaque, ordered, a decimal string', examples: ['1024'] })
  .brand<'Position'>();
