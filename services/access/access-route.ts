import { Router } from 'express';
import { AccessQuery } from '../../schemas/requests';
import { takesOnly } from '../problem';
import { readQuery } from '../query';
import type { AccessLog } from './access-log';
import { readerOf, requireAccessLog } from './guard';

/** Who looked at the past, at quarantine and at passcodes. */
export function createAccessRoutes(accessLog: AccessLog): Router {
  const router = Router();
  router.get('/access', async (request, response) => {
    requireAccessLog(readerOf(response));
    const { after, limit } = readQuery(AccessQuery, request);
    response.set('Cache-Control', 'no-store').json(await accessLog.list(after ?? null, limit));
  });
  router.all('/access', takesOnly('GET'));
  return router;
}
