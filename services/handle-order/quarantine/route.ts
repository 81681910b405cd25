import { Router } from 'express';
import { QuarantineQuery } from '../../../schemas/requests';
import type { RecordAccess } from '../../access/log/access-log';
import { readerOf, requireQuarantine } from '../../access/guard';
import type { Position } from '../../event-store/event-store';
import { Problem, takesOnly } from '../../http/problem';
import { readQuarantineId, readQuery } from '../../http/query';
import type { Quarantine } from './quarantine';

const notFound = (): Problem => new Problem('quarantine-entry-not-found', 'GET /quarantine lists what is there.');

/**
 * What could not be used, why, and another try. Bodies are shown as they came, phones and passcodes included: what is to
 * be mended must be seen.
 * @param onRecorded told of every update that a redrive recorded, so that later reads see it
 * @param recordAccess records who looks, and who tries again
 */
export function createQuarantineRoutes(
  quarantine: Quarantine,
  onRecorded: (position: Position) => void,
  recordAccess: RecordAccess,
): Router {
  const router = Router();

  router.use('/quarantine', (_request, response, next) => {
    requireQuarantine(readerOf(response));
    next();
  });

  router.get('/quarantine', async (request, response) => {
    const { after, limit } = readQuery(QuarantineQuery, request);
    const page = await quarantine.list(after ?? null, limit);
    await recordAccess(readerOf(response), { what: 'quarantine', path: request.originalUrl });
    response.set('Cache-Control', 'no-store').json(page);
  });

  router.get('/quarantine/:quarantine_id', async (request, response) => {
    const id = readQuarantineId(request);
    const entry = id === null ? null : await quarantine.get(id);
    if (entry === null) throw notFound();
    await recordAccess(readerOf(response), { what: 'quarantine', path: request.originalUrl });
    response.set('Cache-Control', 'no-store').json(entry);
  });

  router.post('/quarantine/:quarantine_id/redrive', async (request, response) => {
    const id = readQuarantineId(request);
    if (id === null || (await quarantine.get(id)) === null) throw notFound();
    await recordAccess(readerOf(response), { what: 'redrive', path: request.originalUrl });
    const redrive = await quarantine.redrive(id);
    switch (redrive.kind) {
      case 'not-found':
        throw notFound();
      case 'redriven-before':
        throw new Problem('already-redriven', 'It is on the rail of its order.', { redriven: redrive.entry.redriven });
      case 'still-unusable':
        throw new Problem('still-unusable', 'It stays in quarantine.', { errors: redrive.faults });
      case 'tried':
        break;
    }
    const { result } = redrive;
    switch (result.outcome) {
      case 'recorded':
      case 'repeat':
        onRecorded(result.position);
        response.json({ outcome: result.outcome, ...result.key, revision: result.revision });
        return;
      case 'unstorable':
        throw new Problem('still-unusable', 'It stays in quarantine.', {
          errors: [{ pointer: '', detail: result.detail }],
        });
      case 'overloaded':
        throw new Problem('overloaded', 'It stays in quarantine. Try again.');
      case 'unavailable':
        throw new Problem('store-unavailable', 'It stays in quarantine. Try again.');
    }
  });

  router.all(['/quarantine', '/quarantine/:quarantine_id'], takesOnly('GET'));
  router.all('/quarantine/:quarantine_id/redrive', takesOnly('POST'));
  return router;
}
