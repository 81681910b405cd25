import type { World } from '../config/world';
import { MAX_FOLLOWERS } from '../feed/route';
import { Connections, createDropReporter } from '../http/connections';
import type { Metrics } from '../operations/metrics';
import { MAX_LIVE_CLIENTS } from '../orders/live/live-feed';

/**
 * Most connections at a time, for deliveries and reads, besides those of the live feed and of followers; few are used where
 * nobody attacks.
 */
const MAX_CONNECTIONS = 1_024 + MAX_LIVE_CLIENTS + MAX_FOLLOWERS;
/**
 * Most connections of one network on which neither a token nor a signature was shown: half of all, so that no network takes
 * them all. A proxy's are of one network; each shows within moments what its sender has.
 */
const MAX_STRANGERS = MAX_CONNECTIONS / 2;
/** Most bytes of answers that wait to be read by all readers together. A live feed alone may hold MAX_BUFFERED_BYTES. */
const MAX_UNREAD_BYTES = 256 * 1024 * 1024;

/** @returns the connections of the service, of which those that are dropped are counted and logged. */
export function openConnections(metrics: Pick<Metrics, 'connectionDropped'>, log: World['log']): Connections {
  const logDrop = createDropReporter((drops) => {
    log.warn({ dropped: drops }, 'dropped connections that cost too much, or found no room for more');
  });
  return new Connections({
    most: MAX_CONNECTIONS,
    mostStrangers: MAX_STRANGERS,
    mostUnread: MAX_UNREAD_BYTES,
    onDropped: (reason) => {
      metrics.connectionDropped(reason);
      logDrop(reason);
    },
  });
}
