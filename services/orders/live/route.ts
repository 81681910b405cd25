import { setTimeout as delay } from 'node:timers/promises';
import { type Request, type Response, Router } from 'express';
import type { LocationPage } from '../../../schemas/order-view';
import { LiveQuery, LocationsQuery } from '../../../schemas/requests';
import type { AccessLog } from '../../access/log/access-log';
import { readerOf, requireLocation } from '../../access/guard';
import { seesContact } from '../../access/permissions';
import type { Reader, ReaderDirectory } from '../../access/readers/readers';
import { EVENT_STREAM_HEADERS } from '../../http/event-stream';
import { Problem, takesOnly } from '../../http/problem';
import { readLocation, readQuery } from '../../http/query';
import { nextTurn } from '../../concurrency/turns';
import type { OrderTableReader } from '../../read-model/order-table/reader';
import { type Audience, type LiveClient, type LiveFeed, MAX_LIVE_CLIENTS, parsePlace, type Place } from './live-feed';
import type { Position } from '../../event-store/event-store';
import type { WaitForReadModel } from '../../read-model/wait';

/** Most milliseconds to look for an event in the log before a client is told everything. */
const LOOK_UP_MS = 1_000;

/** What a reader is told of what he asked for. */
function audienceOf(reader: Reader, view: 'board' | 'customers'): Audience {
  if (view === 'customers') return 'customers';
  return seesContact(reader) ? 'board' : 'board-without-contact';
}

/** A client of the feed at the other end of an HTTP answer. */
function clientOf(response: Response, audience: Audience, onShown: NonNullable<LiveClient['onShown']>): LiveClient {
  return {
    audience,
    send: (text) => {
      response.write(text);
    },
    onShown,
    get buffered() {
      return response.writableLength;
    },
    end: () => {
      // Not `end`, which would wait for what a slow client does not take.
      response.destroy();
    },
  };
}

/** The live feed of a location, and which locations there are. */
export function createLiveRoutes(options: {
  readonly feed: LiveFeed;
  /** Whether the log still has an event that a client was told of. */
  readonly isInLog: (place: Place) => Promise<boolean>;
  readonly orders: OrderTableReader;
  readonly waitForReadModel: WaitForReadModel;
  readonly readers: ReaderDirectory;
  readonly accessLog: Pick<AccessLog, 'shown'>;
}): Router {
  const { feed, isInLog, orders, waitForReadModel, readers, accessLog } = options;
  const router = Router();

  /**
   * @returns where a client says that it was, or null if it says nothing, or something that is not so (any more). Clients
   *   that cannot set the header, as an `EventSource` made anew cannot, say it in the query.
   */
  const lastSeen = async (request: Request, { lastEventId = '' }: LiveQuery): Promise<Position | null> => {
    const place = parsePlace(request.get('Last-Event-ID') ?? lastEventId);
    if (place === null) return null;
    // A store that does not answer now costs a snapshot, not the feed.
    const late = delay(LOOK_UP_MS, false, { ref: false });
    return (await Promise.race([isInLog(place).catch(() => false), late])) ? place.position : null;
  };

  router.get('/locations', async (request, response) => {
    const { locations } = readerOf(response);
    const { after, limit } = readQuery(LocationsQuery, request);
    await waitForReadModel();
    const page: LocationPage = orders.listLocations(locations === '*' ? null : locations, after ?? null, limit);
    response.set('Cache-Control', 'no-store').json(page);
  });

  router.get('/locations/:location_id/live', async (request, response) => {
    const reader = readerOf(response);
    const locationId = readLocation(request);
    requireLocation(reader, locationId);
    const query = readQuery(LiveQuery, request);
    await waitForReadModel();
    const position = await lastSeen(request, query);
    await nextTurn();
    // Whoever went while this waited does not tell again, and would keep a seat for ever.
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
      const shown = records.map(({ key, state }) => ({ ...key, driver_details: state.assigned ? state.driver : null }));
      accessLog.shown(reader, request.originalUrl, shown);
    });
    const leave = feed.watch(locationId, client, position);
    const forget = readers.onChange(() => {
      if (!readers.isCurrent(reader)) client.end();
    });
    response.once('close', () => {
      forget();
      leave();
    });
  });

  router.all(['/locations', '/locations/:location_id/live'], takesOnly('GET'));
  return router;
}
