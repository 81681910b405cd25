import type { Router } from 'express';
import { RelayPage } from '../../../schemas/api/order-view';
import { RelaysQuery } from '../../../schemas/api/requests';
import { RECORD_PROBLEMS, type RecordAccess } from '../../access/log/access-log';
import { readers, RELAYS } from '../../access/requirements';
import { relaysFor } from '../../access/withhold';
import { type Endpoints, json, serve } from '../../http/endpoint';
import { STORE_PROBLEMS } from '../../http/problem';
import type { RelayLog } from './relay-log';

export const RELAY_CALLS = {
  listRelays: {
    method: 'get',
    path: '/relays',
    tag: 'Stream',
    summary: 'Deliveries that were relayed to the POS, and its answers',
    description: 'What became of each delivery of a type that only the POS can answer, such as `order.created`.',
    query: RelaysQuery,
    answers: { 200: json('A page of attempts, newest first', RelayPage) },
    problems: [...RECORD_PROBLEMS, ...STORE_PROBLEMS],
    permission: readers(RELAYS),
    large: 'if-asked',
  },
} satisfies Endpoints;

/** Creates the routes that answer what was passed on to the POS, when, and with what answer. */
export function createRelayRoutes(relayLog: Pick<RelayLog, 'list'>, recordAccess: RecordAccess): Router {
  return serve(RELAY_CALLS, {
    listRelays: async ({ request, response, reader, query: { after, limit } }) => {
      const page = await relayLog.list(after ?? null, limit);
      await recordAccess(reader, { what: 'relays', path: request.originalUrl });
      response.set('Cache-Control', 'no-store').json(relaysFor(reader, page));
    },
  });
}
