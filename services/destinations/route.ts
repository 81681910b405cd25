import type { Router } from 'express';
import { type Destination, DestinationList, type DestinationName, Redelivery } from '../../schemas/destinations';
import type { FeedPosition } from '../../schemas/api/feed';
import { DeliverQuery, DestinationPath } from '../../schemas/api/requests';
import { DESTINATIONS, readers } from '../access/requirements';
import { type Endpoints, json, serve } from '../http/endpoint';
import { Problem, STORE_PROBLEMS } from '../http/problem';

export const DESTINATION_CALLS = {
  listDestinations: {
    method: 'get',
    path: '/destinations',
    tag: 'Destinations',
    summary: 'Where news of orders are sent to, and how that goes',
    description: 'Those of DESTINATIONS_FILE. Secrets, and queries of URLs, are withheld.',
    answers: { 200: json('In the order of the file', DestinationList) },
    problems: STORE_PROBLEMS,
    permission: readers(DESTINATIONS),
  },
  deliverAgain: {
    method: 'post',
    path: '/destinations/{name}/deliver',
    tag: 'Destinations',
    summary: 'Send a destination again what comes after a position',
    description:
      'It goes on from there, whatever was delivered, parked or set aside before, and also if it answered 410. Each ' +
      'item has the `webhook-id` that it had.',
    params: DestinationPath,
    query: DeliverQuery,
    answers: { 200: json('It is set to the position', Redelivery) },
    problems: ['destination-not-found', 'feed-position-unknown', ...STORE_PROBLEMS],
    permission: readers(DESTINATIONS),
  },
} satisfies Endpoints;

/**
 * Creates the routes by which operators see destinations and have news delivered again.
 * @param names those of the current destinations
 * @param report how each does, in the order of the file
 * @param verify throws a {@link Problem} if a position is not in the log
 */
export function createDestinationRoutes(options: {
  readonly names: () => readonly DestinationName[];
  readonly report: () => Promise<readonly Destination[]>;
  readonly set: (name: DestinationName, position: FeedPosition) => Promise<void>;
  readonly verify: (position: FeedPosition) => Promise<void>;
}): Router {
  const { names, report, set, verify } = options;
  return serve(DESTINATION_CALLS, {
    listDestinations: async ({ response }) => {
      response.json({ destinations: [...(await report())] } satisfies DestinationList);
    },

    deliverAgain: async ({ response, params: { name }, query: { from } }) => {
      if (!names().includes(name)) {
        throw new Problem('destination-not-found', 'GET /destinations lists those of DESTINATIONS_FILE.');
      }
      await verify(from);
      await set(name, from);
      response.json({ name, from } satisfies Redelivery);
    },
  });
}
