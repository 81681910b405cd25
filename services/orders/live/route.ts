import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { CustomerOrder, Heartbeat, LiveSnapshot, LiveStart } from '../../../schemas/live';
import { LocationPage } from '../../../schemas/location-view';
import { Order } from '../../../schemas/order-view';
import { LiveHeaders, LiveQuery, LocationPath, LocationsQuery } from '../../../schemas/requests';
import type { AccessLog } from '../../access/log/access-log';
import { seesContact } from '../../access/permissions';
import { readers as readersOnly, THIS_LOCATION } from '../../access/requirements';
import type { Reader, ReaderDirectory } from '../../access/readers/readers';
import { type Endpoints, json, serve } from '../../http/endpoint';
import { clientAt, EVENT_STREAM_HEADERS } from '../../http/event-stream';
import { Problem } from '../../http/problem';
import { nextTurn } from '../../concurrency/turns';
import { within } from '../../concurrency/within';
import type { Locations } from '../../locations/open-locations';
import type { OrderTableReader } from '../../read-model/order-table/reader';
import { type LiveClient, type LiveFeed, MAX_LIVE_CLIENTS, parseFeedAddress } from './live-feed';
import type { Audience, FeedAddress } from './live-messages';
import type { Position } from '../../event-store/event-store';
import type { WaitForReadModel } from '../../read-model/wait';

/** Most milliseconds to look for an event in the log before a client is sent everything. */
const LOOK_UP_MS = 1_000;

/** Returns which audience a reader belongs to, and so what it gets. */
function audienceOf(reader: Reader, view: 'board' | 'customers'): Audience {
  if (view === 'customers') return 'customers';
  return seesContact(reader) ? 'board' : 'board-without-contact';
}

/** Returns a client of the feed at the other end of an HTTP answer. */
const clientOf = (response: Response, audience: Audience, onShown: NonNullable<LiveClient['onShown']>): LiveClient =>
  Object.assign(clientAt(response), { audience, onShown });

/** Returns the schema of a message of the feed, as its client reads it. */
const message = (event: string, data: z.ZodType) =>
  z.object({
    event: z.literal(event),
    id: z.string().optional().meta({ description: 'give it as Last-Event-ID to go on after this message' }),
    data,
  });

export const LIVE_CALLS = {
  listLocations: {
    method: 'get',
    path: '/locations',
    tag: 'Orders',
    summary: 'The locations that have orders',
    description: 'Only those that the reader may see, in the order of their ids.',
    query: LocationsQuery,
    answers: { 200: json('A page of locations', LocationPage) },
    problems: ['read-model-behind'],
    permission: readersOnly(),
    large: 'if-asked',
  },
  watchLocation: {
    method: 'get',
    path: '/locations/{location_id}/live',
    tag: 'Orders',
    summary: 'The live feed of a location',
    description:
      'Server-sent events. First `snapshot` (LiveSnapshot), or, after `Last-Event-ID`, `resumed` (LiveStart) and what ' +
      'was missed; then `order` (Order): the newest state of an order that changed; and `heartbeat` (Heartbeat). Ids ' +
      'of messages are opaque: one of a log that was lost since then is answered with a snapshot. A client that ' +
      'reads too slowly is cut off, and resumes.',
    params: LocationPath,
    query: LiveQuery,
    headers: LiveHeaders,
    answers: {
      200: {
        description: 'The stream; the schema is that of one message, with its data parsed as JSON',
        content: {
          'text/event-stream': [
            message('snapshot', LiveSnapshot),
            message('resumed', LiveStart),
            message('order', z.union([Order, CustomerOrder])),
            message('heartbeat', Heartbeat),
          ],
        },
      },
    },
    problems: ['read-model-behind', 'too-many-screens'],
    permission: readersOnly(THIS_LOCATION),
  },
} satisfies Endpoints;

/** Creates the routes of the live feed of a location, and of which locations there are. */
export function createLiveRoutes(options: {
  readonly feed: LiveFeed;
  /** Whether the log still has an event that a client was notified of. */
  readonly isInLog: (place: FeedAddress) => Promise<boolean>;
  readonly orders: OrderTableReader;
  readonly factsOf: Locations['factsOf'];
  readonly waitForReadModel: WaitForReadModel;
  readonly readers: ReaderDirectory;
  readonly accessLog: Pick<AccessLog, 'shown'>;
}): Router {
  const { feed, isInLog, orders, factsOf, waitForReadModel, readers, accessLog } = options;
  /**
   * @returns where a client says that it was, or null if it says nothing, or something that is not so (any more).
   *   Clients that cannot set the header, as an `EventSource` made anew cannot, say it in the query.
   */
  const lastSeen = async (request: Request, { lastEventId = '' }: LiveQuery): Promise<Position | null> => {
    const address = parseFeedAddress(request.get('Last-Event-ID') ?? lastEventId);
    if (address === null) return null;
    // A store that does not answer now costs a snapshot, not the feed.
    const found = isInLog(address).catch(() => false);
    return (await within(LOOK_UP_MS, found, false)) ? address.position : null;
  };

  return serve(LIVE_CALLS, {
    listLocations: async ({ response, reader: { locations }, query: { after, limit } }) => {
      await waitForReadModel();
      const listed = orders.listLocations(locations === '*' ? null : locations, after ?? null, limit);
      const page: LocationPage = {
        ...listed,
        locations: listed.locations.map((location) => ({ ...location, ...factsOf(location.location_id) })),
      };
      response.set('Cache-Control', 'no-store').json(page);
    },

    watchLocation: async ({ request, response, reader, params: { location_id }, query }) => {
      await waitForReadModel();
      const position = await lastSeen(request, query);
      await nextTurn();
      // A client that went while this waited gives no second sign, and would keep a seat for ever.
      if (response.destroyed) return;
      if (feed.isFull) {
        throw new Problem('too-many-screens', `${String(MAX_LIVE_CLIENTS)} screens are watching already. Close some.`);
      }
      response.set(EVENT_STREAM_HEADERS);
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      const client = clientOf(response, audienceOf(reader, query.view), (records) => {
        const shown = records.map(({ key, state }) => ({
          ...key,
          driver_details: state.assigned ? state.driver : null,
        }));
        accessLog.shown(reader, request.originalUrl, shown);
      });
      const leave = feed.watch(location_id, client, position);
      const forget = readers.onChange(() => {
        if (!readers.isCurrent(reader)) client.end();
      });
      response.once('close', () => {
        forget();
        leave();
      });
    },
  });
}
