import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import type { LocationId } from '../../../schemas/wire/handle-order';
import {
  CustomerOrder,
  Heartbeat,
  LiveLocation,
  LiveRefusal,
  LiveSnapshot,
  LiveStart,
} from '../../../schemas/api/live';
import { LocationPage } from '../../../schemas/api/location-view';
import { Order } from '../../../schemas/api/order-view';
import {
  LiveHeaders,
  LiveQuery,
  LocationPath,
  LocationsLiveQuery,
  LocationsQuery,
} from '../../../schemas/api/requests';
import { MAX_LIVE_LOCATIONS } from '../../../schemas/api/screen-limits';
import type { AccessLog } from '../../access/log/access-log';
import { endWithReader, requireCurrent } from '../../access/guard';
import { seesContact, seesLocation } from '../../access/permissions';
import { readers as readersOnly, requireLocation, THIS_LOCATION } from '../../access/requirements';
import type { Reader, ReaderDirectory } from '../../access/readers/readers';
import { type Endpoints, json, serve } from '../../http/endpoint';
import { beginStream, isTaken, type StreamClient } from '../../http/event-stream';
import { Problem } from '../../http/problem';
import { nextTurn } from '../../concurrency/turns';
import { within } from '../../concurrency/within';
import type { Locations } from '../../locations/open-locations';
import type { OrderTableReader } from '../../read-model/order-table/reader';
import { type LiveClient, type LiveFeed, MAX_LIVE_CLIENTS, parseFeedAddress } from './live-feed';
import { type Audience, type FeedAddress, frame } from './live-messages';
import type { Position } from '../../event-store/event-store';
import type { WaitForReadModel } from '../../read-model/wait';

/** Most milliseconds to look for an event in the log before a client is sent everything. */
const LOOK_UP_MS = 1_000;

/** Returns which audience a reader belongs to, and so what it gets. */
function audienceOf(reader: Reader, view: 'board' | 'customers'): Audience {
  if (view === 'customers') return 'customers';
  return seesContact(reader) ? 'board' : 'board-without-contact';
}

/** A location that a client watches, and the id of the last message that it got of it. */
interface Watched {
  readonly location_id: LocationId;
  readonly lastEventId: string | undefined;
}

/** Returns, for each location, a client that says of which location it sends what it sends. */
function sharedBy(client: StreamClient): (location_id: LocationId) => StreamClient {
  let at: LocationId | null = null;
  return (location_id) => ({
    ...client,
    get buffered() {
      return client.buffered;
    },
    send: (text) => {
      const isHere = at === location_id;
      at = location_id;
      client.send(isHere ? text : `${frame('location', { location_id } satisfies LiveLocation)}${text}`);
    },
  });
}

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
  watchLocations: {
    method: 'get',
    path: '/live',
    tag: 'Orders',
    summary: 'The live feed of several locations',
    description:
      `What GET /locations/{location_id}/live sends, of up to ${String(MAX_LIVE_LOCATIONS)} locations over one ` +
      'connection: `location` (LiveLocation) says of which one the messages are that follow, up to the next `location`. ' +
      'Each is resumed by itself. Of one that the reader may not see, `refused` (LiveRefusal) is all that comes.',
    query: LocationsLiveQuery,
    answers: {
      200: {
        description: 'The stream; the schema is that of one message, with its data parsed as JSON',
        content: {
          'text/event-stream': [
            message('location', LiveLocation),
            message('refused', LiveRefusal),
            message('snapshot', LiveSnapshot),
            message('resumed', LiveStart),
            message('order', z.union([Order, CustomerOrder])),
            message('heartbeat', Heartbeat),
          ],
        },
      },
    },
    problems: ['not-permitted', 'read-model-behind', 'too-many-screens'],
    permission: readersOnly(),
  },
} satisfies Endpoints;

/** Returns the path of a location's own feed, which says what was shown, however many others came with it. */
const pathOf = (location_id: LocationId): string => `/locations/${encodeURIComponent(location_id)}/live`;

interface StreamOptions {
  readonly feed: LiveFeed;
  /** Whether the log still has an event that a client was notified of. */
  readonly isInLog: (place: FeedAddress) => Promise<boolean>;
  readonly waitForReadModel: WaitForReadModel;
  readonly readers: ReaderDirectory;
  readonly accessLog: Pick<AccessLog, 'shown'>;
}

/** Creates what sends a reader the live feeds of locations over one connection. */
function createStream({ feed, isInLog, waitForReadModel, readers, accessLog }: StreamOptions) {
  /** @returns where a client says that it was, or null if it says nothing, or something that is not so (any more). */
  const lastSeen = async ({ lastEventId = '' }: Watched): Promise<Position | null> => {
    const address = parseFeedAddress(lastEventId);
    if (address === null) return null;
    // A store that does not answer now costs a snapshot, not the feed.
    const found = isInLog(address).catch(() => false);
    return (await within(LOOK_UP_MS, found, false)) ? address.position : null;
  };
  return async (
    { request, response, reader }: { readonly request: Request; readonly response: Response; readonly reader: Reader },
    audience: Audience,
    watched: readonly Watched[],
    clientFor: (client: StreamClient) => (location_id: LocationId) => StreamClient,
  ): Promise<void> => {
    await waitForReadModel();
    const positions = await Promise.all(watched.map(lastSeen));
    await nextTurn();
    // A client that went while this waited gives no second sign, and would keep a seat for ever.
    if (response.destroyed) return;
    requireCurrent(readers, reader);
    const seen = watched.filter(({ location_id }) => seesLocation(reader, location_id));
    if (!feed.hasRoomFor(seen.length)) {
      throw new Problem('too-many-screens', `${String(MAX_LIVE_CLIENTS)} screens are watching already. Close some.`);
    }
    const client = beginStream(request, response);
    if (client === null) return;
    endWithReader(readers, reader, response);
    const clientOf = clientFor(client);
    const leaves: (() => void)[] = [];
    response.once('close', () => {
      for (const leave of leaves) leave();
    });
    for (const [index, { location_id }] of watched.entries()) {
      // Snapshots of many locations at once would be more than may wait for a client.
      if (!(await isTaken(response))) return;
      if (!feed.hasRoomFor(1)) client.end();
      else if (seesLocation(reader, location_id)) {
        const onShown: LiveClient['onShown'] = (records) => {
          const shown = records.map(({ key, state }) => ({
            ...key,
            driver_details: state.assigned ? state.driver : null,
          }));
          accessLog.shown(reader, pathOf(location_id), shown);
        };
        const own = Object.assign(clientOf(location_id), { audience, onShown });
        leaves.push(feed.watch(location_id, own, positions[index] ?? null));
      } else {
        const detail = 'This location is not one of the reader’s. GET /session lists them.';
        clientOf(location_id).send(frame('refused', { detail } satisfies LiveRefusal));
      }
    }
  };
}

/** Creates the routes of the live feed of a location, and of which locations there are. */
export function createLiveRoutes(
  options: StreamOptions & {
    readonly orders: OrderTableReader;
    readonly factsOf: Locations['factsOf'];
  },
): Router {
  const { orders, factsOf, waitForReadModel } = options;
  const stream = createStream(options);
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

    // Clients that cannot set the header, as an `EventSource` made anew cannot, say it in the query.
    watchLocation: (call) => {
      const { request, reader, params, query } = call;
      const watched = { ...params, lastEventId: request.get('Last-Event-ID') ?? query.lastEventId };
      return stream(call, audienceOf(reader, query.view), [watched], (client) => () => client);
    },

    watchLocations: (call) => {
      const { reader, query } = call;
      // Where there is nothing to send, it is refused as one is.
      const unseen = query.location_id.filter((one) => !seesLocation(reader, one));
      if (unseen.length === query.location_id.length) for (const one of unseen) requireLocation(reader, one);
      const watched = query.location_id.map((location_id, index) => ({
        location_id,
        lastEventId: query.last_event_id?.[index],
      }));
      return stream(call, audienceOf(reader, query.view), watched, sharedBy);
    },
  });
}
