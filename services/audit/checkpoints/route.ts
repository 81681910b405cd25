import type { Router } from 'express';
import { CheckpointPage } from '../../../schemas/checkpoint';
import { CheckpointsQuery } from '../../../schemas/requests';
import { CONTACT, HISTORY, readers } from '../../access/requirements';
import { type Endpoints, json, serve } from '../../http/endpoint';
import { readNewestEntries } from './checkpoint-file';

export const CHECKPOINT_CALLS = {
  listCheckpoints: {
    method: 'get',
    path: '/checkpoints',
    tag: 'Audit',
    summary: 'The newest signed checkpoints of the log',
    description: 'Keep them, and the public key, in a place that nobody who can write to the store can change.',
    query: CheckpointsQuery,
    answers: { 200: json('The newest, and the key that signed them', CheckpointPage) },
    problems: [],
    // The hash of a log of few events tells what is in them.
    permission: readers(HISTORY, CONTACT),
  },
} satisfies Endpoints;

/** Creates the route that answers the newest checkpoints, to be kept elsewhere. */
export function createCheckpointRoutes(file: string, publicKey: string): Router {
  return serve(CHECKPOINT_CALLS, {
    listCheckpoints: ({ response, query: { limit } }) => {
      const checkpoints = [...readNewestEntries(file, limit)].reverse();
      const page: CheckpointPage = { checkpoints, public_key: publicKey };
      response.set('Cache-Control', 'no-store').json(page);
    },
  });
}
