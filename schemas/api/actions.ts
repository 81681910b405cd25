import { z } from 'zod';
import { LocationId, OrderId } from '../wire/handle-order';
import { Revision } from './order-view';
import { ACKNOWLEDGED, COMPARED, timeInAction } from '../events/rail-actions';

/** What people at the counter do with an order, as `POST .../actions` takes and answers it. */

/** Most characters of an `Idempotency-Key`. */
const MAX_KEY_LENGTH = 64;

export const ActionHeaders = z.object({
  'Idempotency-Key': z
    .string('expected a key of your own for each press')
    .regex(
      new RegExp(`^[A-Za-z0-9._~-]{1,${String(MAX_KEY_LENGTH)}}$`),
      `expected 1 to ${String(MAX_KEY_LENGTH)} letters, digits, dots, dashes, tildes and underscores`,
    )
    .meta({
      description: 'one for each press, such as a UUID: what is sent again with it is recorded once',
      examples: ['6f1c3b5e-5a0b-4b7e-9f0e-2d8f5f0c7a11'],
    }),
});

const Pressed = {
  revision: Revision.meta({ description: 'of the order as the screen showed it' }),
  at: z.iso
    .datetime({ offset: true, error: 'expected a time such as 2026-11-21T18:04:05.678Z' })
    .refine((at) => timeInAction(at) !== null, 'expected a time of the years 0000 to 9999 in UTC')
    .meta({ description: 'when it was pressed, by the clock of the screen', examples: ['2026-11-21T18:04:05.678Z'] }),
};

/** Bodies of `POST .../actions`, by their type. */
export const HandedOverRequest = z
  .strictObject({
    type: z.literal('handed_over'),
    ...Pressed,
    compared: z
      .array(z.enum(COMPARED))
      .max(COMPARED.length)
      .meta({ description: 'what of the driver was compared with the card' }),
  })
  .meta({ id: 'HandedOverRequest', description: 'The driver on the card got the food' });
export const AcknowledgedRequest = z
  .strictObject({
    type: z.literal('acknowledged'),
    ...Pressed,
    what: z.enum(ACKNOWLEDGED).meta({ description: 'that the order was canceled, or that another driver comes' }),
  })
  .meta({ id: 'AcknowledgedRequest', description: 'Somebody has seen what changed' });
export const UndoneRequest = z
  .strictObject({
    type: z.literal('undone'),
    ...Pressed,
    undone_revision: Revision.meta({ description: 'of the action that is not to count any more' }),
  })
  .meta({ id: 'UndoneRequest', description: 'An action was pressed by mistake' });

export const ActionRequest = z.discriminatedUnion('type', [HandedOverRequest, AcknowledgedRequest, UndoneRequest], {
  error: 'expected an object whose type is handed_over, acknowledged or undone',
});
export type ActionRequest = z.infer<typeof ActionRequest>;

/** Answer of `POST .../actions`. */
export const ActionAnswer = z
  .object({
    outcome: z.enum(['recorded', 'repeat']).meta({ description: 'repeat: it was recorded before, with the same key' }),
    location_id: LocationId,
    order_id: OrderId,
    revision: Revision.meta({ description: 'of the action' }),
  })
  .meta({ id: 'ActionAnswer', description: 'The action is stored, committed and synced' });
export type ActionAnswer = z.infer<typeof ActionAnswer>;
