import type { Router } from 'express';
import { QuarantineDetail, QuarantinePage, Recorded, Repeat } from '../../../schemas/api/order-view';
import { MAX_QUARANTINE_LOOKED_AT, QuarantinePath, QuarantineQuery } from '../../../schemas/api/requests';
import { RECORD_PROBLEMS, type RecordAccess } from '../../access/log/access-log';
import { QUARANTINE, readers } from '../../access/requirements';
import type { Position } from '../../event-store/event-store';
import { type Endpoints, json, serve } from '../../http/endpoint';
import { Problem, STORE_PROBLEMS } from '../../http/problem';
import type { Quarantine } from './quarantine';

export const QUARANTINE_CALLS = {
  listQuarantine: {
    method: 'get',
    path: '/quarantine',
    tag: 'Quarantine',
    summary: 'Deliveries that could not be used, and why',
    description:
      'Without their bodies. A page of what is asked for by location, source or `waiting` may be empty before the end: ' +
      `no more than ${String(MAX_QUARANTINE_LOOKED_AT)} deliveries are looked through for it.`,
    query: QuarantineQuery,
    answers: { 200: json('A page of deliveries', QuarantinePage) },
    problems: [...RECORD_PROBLEMS, ...STORE_PROBLEMS],
    permission: readers(QUARANTINE),
    large: 'always',
  },
  getQuarantined: {
    method: 'get',
    path: '/quarantine/{quarantine_id}',
    tag: 'Quarantine',
    summary: 'One delivery in quarantine, with its whole body',
    description: 'As it came, phones and passcodes included: what is to be mended must be seen.',
    params: QuarantinePath,
    answers: { 200: json('The delivery', QuarantineDetail) },
    problems: ['quarantine-entry-not-found', ...RECORD_PROBLEMS, ...STORE_PROBLEMS],
    permission: readers(QUARANTINE),
  },
  redriveQuarantined: {
    method: 'post',
    path: '/quarantine/{quarantine_id}/redrive',
    tag: 'Quarantine',
    summary: 'Process the delivery again, with the current contract',
    description: 'For example after an upgrade that made it usable. What is still unusable stays in quarantine.',
    params: QuarantinePath,
    answers: { 200: json('Stored in the stream of its order', Recorded, Repeat) },
    problems: [
      'quarantine-entry-not-found',
      'already-redriven',
      'still-unusable',
      'overloaded',
      ...RECORD_PROBLEMS,
      ...STORE_PROBLEMS,
    ],
    permission: readers(QUARANTINE),
  },
} satisfies Endpoints;

const notFound = (): Problem => new Problem('quarantine-entry-not-found', 'GET /quarantine lists what is there.');

/**
 * Creates the routes for what could not be used: what it was, why, and another try. Bodies are shown as they came,
 * phones and passcodes included: what is to be mended must be seen.
 * @param onRecorded called for every update that a redrive recorded, so that later reads see it
 * @param recordAccess records who looks, and who tries again
 */
export function createQuarantineRoutes(
  quarantine: Quarantine,
  onRecorded: (position: Position) => void,
  recordAccess: RecordAccess,
): Router {
  return serve(QUARANTINE_CALLS, {
    listQuarantine: async ({ request, response, reader, query }) => {
      const page = await quarantine.list(query);
      await recordAccess(reader, { what: 'quarantine', path: request.originalUrl });
      response.set('Cache-Control', 'no-store').json(page);
    },

    getQuarantined: async ({ request, response, reader, params: { quarantine_id: id } }) => {
      const entry = id === null ? null : await quarantine.get(id);
      if (entry === null) throw notFound();
      await recordAccess(reader, { what: 'quarantine', path: request.originalUrl });
      response.set('Cache-Control', 'no-store').json(entry);
    },

    redriveQuarantined: async ({ request, response, reader, params: { quarantine_id: id } }) => {
      if (id === null || (await quarantine.get(id)) === null) throw notFound();
      await recordAccess(reader, { what: 'redrive', path: request.originalUrl });
      const redrive = await quarantine.redrive(id);
      switch (redrive.kind) {
        case 'not-found':
          throw notFound();
        case 'redriven-before':
          throw new Problem('already-redriven', 'It is on the rail of its order.', {
            redriven: redrive.entry.redriven,
          });
        case 'still-unusable':
          throw new Problem('still-unusable', 'It stays in quarantine.', { errors: redrive.faults });
        case 'tried':
          break;
      }
      const { result } = redrive;
      switch (result.kind) {
        case 'recorded':
        case 'repeat':
          onRecorded(result.position);
          response.json({ outcome: result.kind, ...result.key, revision: result.revision });
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
    },
  });
}
