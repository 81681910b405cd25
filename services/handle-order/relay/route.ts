import { Router } from 'express';
import { RelaysQuery } from '../../../schemas/requests';
import type { RecordAccess } from '../../access/log/access-log';
import { readerOf, requireRelays } from '../../access/guard';
import { relaysFor } from '../../access/withhold';
import { takesOnly } from '../../http/problem';
import { readQuery } from '../../http/query';
import type { RelayLog } from './relay-log';

/** What was passed on to the POS, when, and with what answer. */
export function createRelayRoutes(relayLog: Pick<RelayLog, 'list'>, recordAccess: RecordAccess): Router {
  const router = Router();
  router.get('/relays', async (request, response) => {
    const reader = readerOf(response);
    requireRelays(reader);
    const { after, limit } = readQuery(RelaysQuery, request);
    const page = await relayLog.list(after ?? null, limit);
    await recordAccess(reader, { what: 'relays', path: request.originalUrl });
    response.set('Cache-Control', 'no-store').json(relaysFor(reader, page));
  });
  router.all('/relays', takesOnly('GET'));
  return router;
}
