import type { Router } from 'express';
import { DestinationList, Redelivery } from '../../schemas/destinations';
import type { FeedPosition } from '../../schemas/feed';
import { DeliverQuery, DestinationPath } from '../../schemas/requests';
import { DESTINATIONS, readers } from '../access/requirements';
import { type Endpoints, json, serve } from '../http/endpoint';
import { Problem, STORE_PROBLEMS } from '../http/problem';
import type { DestinationRecord } from './destination-record';
import type { Pump } from './pump';

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
 * @param pumps those of now, in the order of the file
 * @param verify throws a {@link Problem} if a position is not in the log
 */
export function createDestinationRoutes(options: {
  readonly pumps: () => readonly Pump[];
  readonly record: Pick<DestinationRecord, 'set'>;
  readonly verify: (position: FeedPosition) => Promise<void>;
}): Router {
  const { pumps, record, verify } = options;
  return serve(DESTINATION_CALLS, {
    listDestinations: async ({ response }) => {
      const list: DestinationList = { destinations: [] };
      for (const pump of pumps()) list.destinations.push(await pump.report());
      response.json(list);
    },

    deliverAgain: async ({ response, params: { name }, query: { from } }) => {
      const pump = pumps().find((one) => one.name === name);
      if (pump === undefined) {
        throw new Problem('destination-not-found', 'GET /destinations lists those of DESTINATIONS_FILE.');
      }
      await verify(from);
      await record.set(name, from);
      pump.wasSet();
      response.json({ name, from } satisfies Redelivery);
    },
  });
}
