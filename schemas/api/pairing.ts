import { z } from 'zod';
import { ReaderLocations } from '../files/readers';
import { MAX_PAGE_ADDRESS } from './screen-limits';

/** How a new screen is signed in by a code that it shows and an operator enters: the device flow of RFC 8628. */

/** Seconds for which a code is valid: long enough to walk from the screen to another device. */
export const PAIRING_SECONDS = 600;
/** Seconds from one question of a screen to the next. */
export const PAIRING_INTERVAL_SECONDS = 3;

/** Most characters of a code as somebody enters it, with all that is between its letters. */
const MAX_TYPED_CODE = 40;
/** Most characters of a device code that is asked with: more than ours have. */
const MAX_DEVICE_CODE = 100;

/** Answer of `POST /pairings`, with the names of RFC 8628 section 3.2. */
export const BegunPairing = z
  .object({
    user_code: z.string().meta({ description: 'to be shown, and entered by an operator', examples: ['WDJB-MJHT'] }),
    device_code: z.string().meta({ description: 'a secret of the screen, which gets the session by it' }),
    expires_in: z.int().positive().meta({ description: 'seconds for which both codes are valid' }),
    interval: z.int().positive().meta({ description: 'seconds from one question to the next' }),
  })
  .meta({ id: 'BegunPairing', description: 'Two codes by which one screen is signed in' });
export type BegunPairing = z.infer<typeof BegunPairing>;

const TEXT = { error: 'expected text' };

/** Body of `POST /pairings/session`. */
export const PairingQuestion = z
  .strictObject({
    device_code: z
      .string(TEXT)
      .max(MAX_DEVICE_CODE)
      .meta({ description: 'of the pairing', examples: ['GmRhmhcxhwAz'] }),
    next: z.string(TEXT).max(MAX_PAGE_ADDRESS).optional().meta({ description: 'the page to go to when signed in' }),
  })
  .meta({ id: 'PairingQuestion', description: 'Whether an operator has entered the code' });

/** Answer of `POST /pairings/session`. */
export const PairingAnswer = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('waiting').meta({ description: 'nobody has entered the code yet' }) }),
    z.object({
      state: z.literal('signed_in').meta({ description: 'the session comes as a cookie' }),
      next: z.string().meta({ description: 'the page to go to: the one that was asked for, if it is of this service' }),
    }),
  ])
  .meta({ id: 'PairingAnswer', description: 'Whether the screen is signed in' });
export type PairingAnswer = z.infer<typeof PairingAnswer>;

/** Body of `PUT /readers/{name}`. The reader is a screen: no other role is given to who shows a code. */
export const NewScreen = z
  .strictObject({
    code: z
      .string(TEXT)
      .max(MAX_TYPED_CODE)
      .meta({
        description: 'as the screen shows it; case, spaces and hyphens do not matter',
        examples: ['WDJB-MJHT'],
      }),
    locations: ReaderLocations.meta({ description: '"*" is every location', examples: [['pos_location_456']] }),
    acts: z
      .boolean({ error: 'expected true or false' })
      .default(false)
      .meta({ description: 'whether what was done with orders may be recorded there' }),
  })
  .meta({ id: 'NewScreen', description: 'What a screen that shows a code may see and do' });
export type NewScreen = z.input<typeof NewScreen>;
