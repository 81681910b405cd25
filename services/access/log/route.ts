import type { Router } from 'express';
import { AccessPage } from '../../../schemas/api/access';
import { AccessQuery } from '../../../schemas/api/requests';
import { type Endpoints, json, serve } from '../../http/endpoint';
import { STORE_PROBLEMS } from '../../http/problem';
import { ACCESS_LOG, readers } from '../requirements';
import { type AccessLog, RECORD_PROBLEMS } from './access-log';

export const ACCESS_CALLS = {
  listAccesses: {
    method: 'get',
    path: '/access',
    tag: 'Access',
    summary: 'Who read the past, quarantine, relays and passcodes, and who redrove',
    description: 'Asking for it is an access too.',
    query: AccessQuery,
    answers: { 200: json('A page of accesses', AccessPage) },
    problems: [...RECORD_PROBLEMS, ...STORE_PROBLEMS],
    permission: readers(ACCESS_LOG),
    large: 'if-asked',
  },
} satisfies Endpoints;

/** Creates the routes that answer who looked at the past, at quarantine and at passcodes. */
export function createAccessRoutes(accessLog: AccessLog): Router {
  return serve(ACCESS_CALLS, {
    listAccesses: async ({ request, response, reader, query: { after, limit, order } }) => {
      const page = await accessLog.list(after ?? null, limit, order);
      await accessLog.record(reader, { what: 'access', path: request.originalUrl });
      response.set('Cache-Control', 'no-store').json(page);
    },
  });
}
