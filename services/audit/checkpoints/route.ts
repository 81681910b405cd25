import { Router } from 'express';
import type { CheckpointPage } from '../../../schemas/checkpoint';
import { CheckpointsQuery } from '../../../schemas/requests';
import { readerOf, requireContact, requireHistory } from '../../access/guard';
import { takesOnly } from '../../http/problem';
import { readQuery } from '../../http/query';
import { readNewestEntries } from './checkpoint-file';

/** Where others get the newest checkpoints, to keep them elsewhere. */
export function createCheckpointRoutes(file: string, publicKey: string): Router {
  const router = Router();
  router.get('/checkpoints', (request, response) => {
    const reader = readerOf(response);
    requireHistory(reader);
    requireContact(reader); // the hash of a log of few events tells what is in them
    const { limit } = readQuery(CheckpointsQuery, request);
    const page: CheckpointPage = { checkpoints: [...readNewestEntries(file, limit)].reverse(), public_key: publicKey };
    response.set('Cache-Control', 'no-store').json(page);
  });
  router.all('/checkpoints', takesOnly('GET'));
  return router;
}
