import { Router } from 'express';
import { RelaysQuery } from '../../schemas/requests';
import { readerOf, requireRelays } from '../access/guard';
import { takesOnly } from '../problem';
import { readQuery } from '../query';
import type { RelayLog } from './relay-log';

/** What was passed on to the POS, when, and with what answer. */
export function createRelayRoutes(relayLog: Pick<RelayLog, 'list'>): Router {
  const router = Router();
  router.get('/relays', async (request, response) => {
    requireRelays(readerOf(response));
    const { after, limit } = readQuery(RelaysQuery, request);
    response.set('Cache-Control', 'no-store').json(await relayLog.list(after ?? null, limit));
  });
  router.all('/relays', takesOnly('GET'));
  return router;
}
