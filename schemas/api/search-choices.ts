import { z } from 'zod';
import { recordOf } from '../records';

/** What `GET /audit/choices` answers: how many orders there are by each word that the search lets people choose. */

/** Most orders of one word that are counted. */
export const MAX_COUNTED_ORDERS = 1_000;

export const ChoiceCount = z
  .object({
    value: z.string().meta({ description: 'as the parameter of `GET /audit/orders` takes it' }),
    orders: z.int().nonnegative().max(MAX_COUNTED_ORDERS).meta({ description: 'so many orders, or more' }),
    more: z.boolean().meta({
      description: 'there are more, or there may be; false: `orders` is exact, but for what came while it was counted',
    }),
  })
  .meta({ id: 'ChoiceCount', description: 'How many orders a parameter of the search finds by one word' });
export type ChoiceCount = z.infer<typeof ChoiceCount>;

/** The parameters of the search that people choose from lists. */
export const CHOICES = ['status', 'delivery_status', 'stage', 'attention', 'verdict', 'source'] as const;
export type Choice = (typeof CHOICES)[number];

export const SearchChoices = z
  .object(recordOf(CHOICES, () => z.array(ChoiceCount)))
  .meta({ id: 'SearchChoices', description: 'How many orders each parameter of the search finds by each word alone' });
export type SearchChoices = z.infer<typeof SearchChoices>;
