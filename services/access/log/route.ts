import { Router } from 'express';
import { AccessQuery } from '../../../schemas/requests';
import { takesOnly } from '../../http/problem';
import { readQuery } from '../../http/query';
import type { AccessLog } from './access-log';
import { readerOf, requireAccessLog } from '../guard';

/** Who looked at the past, at quarantine and at passcodes. */
export function createAccessRoutes(accessLog: AccessLog): Router {
  const router = Router();
  router.get('/access', async (request, response) => {
    const reader = readerOf(response);
    requireAccessLog(reader);
    const { after, limit } = readQuery(AccessQuery, request);
    const page = await accessLog.list(after ?? null, limit);
    await accessLog.record(reader, { what: 'access', path: request.originalUrl });
    response.set('Cache-Control', 'no-store').json(page);
  });
  router.all('/access', takesOnly('GET'));
  return router;
}
