import type { Router } from 'express';
import { z } from 'zod';
import { OverviewChange, OverviewHeartbeat, OverviewPage, OverviewSnapshot } from '../../../schemas/api/overview';
import { LocationsQuery } from '../../../schemas/api/requests';
import { endWithReader, requireCurrent } from '../../access/guard';
import { readers as readersOnly } from '../../access/requirements';
import type { Reader, ReaderDirectory } from '../../access/readers/readers';
import { type Endpoints, json, serve } from '../../http/endpoint';
import { beginStream } from '../../http/event-stream';
import { Problem } from '../../http/problem';
import { nextTurn } from '../../concurrency/turns';
import type { WaitForReadModel } from '../../read-model/wait';
import type { Overview } from './overview';
import { MAX_OVERVIEW_CLIENTS, type OverviewFeed } from './overview-feed';

const message = (event: string, data: z.ZodType) => z.object({ event: z.literal(event), data });

export const OVERVIEW_CALLS = {
  getOverview: {
    method: 'get',
    path: '/overview',
    tag: 'Orders',
    summary: 'How each location fares',
    description:
      'Of the locations that the reader may see, in the order of their ids: the open orders in each stage, since when the ' +
      'first of them waits, and cancellations that nobody has acknowledged. Nothing about persons.',
    query: LocationsQuery,
    answers: { 200: json('A page of locations', OverviewPage) },
    problems: ['read-model-behind'],
    permission: readersOnly(),
    large: 'if-asked',
  },
  watchOverview: {
    method: 'get',
    path: '/overview/live',
    tag: 'Orders',
    summary: 'How each location fares, as it changes',
    description:
      'Server-sent events. First `heartbeat` (OverviewHeartbeat) and `snapshot` (OverviewSnapshot) of the locations that ' +
      'the reader may see; then `changed` (OverviewChange), at most seven a second, with each location that has news once. ' +
      'A client that reads too slowly is cut off, and gets a snapshot when it comes again.',
    answers: {
      200: {
        description: 'The stream; the schema is that of one message, with its data parsed as JSON',
        content: {
          'text/event-stream': [
            message('snapshot', OverviewSnapshot),
            message('changed', OverviewChange),
            message('heartbeat', OverviewHeartbeat),
          ],
        },
      },
    },
    problems: ['read-model-behind', 'too-many-screens'],
    permission: readersOnly(),
  },
} satisfies Endpoints;

const ownOf = ({ locations }: Reader): readonly string[] | null => (locations === '*' ? null : locations);

/** Creates the routes of the overview of all locations of a reader. @param options.now milliseconds since the epoch */
export function createOverviewRoutes(options: {
  readonly overview: Overview;
  readonly feed: OverviewFeed;
  readonly waitForReadModel: WaitForReadModel;
  readonly readers: ReaderDirectory;
  readonly now: () => number;
}): Router {
  const { overview, feed, waitForReadModel, readers, now } = options;
  return serve(OVERVIEW_CALLS, {
    getOverview: async ({ response, reader, query: { after, limit } }) => {
      await waitForReadModel();
      const page = await overview.page(ownOf(reader), after ?? null, limit);
      response.set('Cache-Control', 'no-store').json({ now: new Date(now()).toISOString(), ...page });
    },

    watchOverview: async ({ request, response, reader }) => {
      await waitForReadModel();
      await nextTurn();
      // A client that went while this waited gives no second sign, and would keep a seat for ever.
      if (response.destroyed) return;
      requireCurrent(readers, reader);
      if (feed.isFull) {
        const most = String(MAX_OVERVIEW_CLIENTS);
        throw new Problem('too-many-screens', `${most} screens are watching the overview already. Close some.`);
      }
      const client = beginStream(request, response);
      if (client === null) return;
      endWithReader(readers, reader, response);
      response.once('close', feed.watch(Object.assign(client, { only: ownOf(reader) })));
    },
  });
}
