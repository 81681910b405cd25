import type { Config } from '../config/config';
import type { World } from '../config/world';
import { type Events, openEvents } from '../event-store/open-events';

/** Opens the events that the configuration names. @throws {DataDirectoryError} {@link EventStoreError} */
export const openConfiguredEvents = ({ dataDir, eventStoreUrl }: Config, { log, now, pid }: World): Promise<Events> => {
  const onRights = (detail: string): void => {
    log.warn({ detail }, 'rights of DATA_DIR');
  };
  return openEvents({ dataDir, eventStoreUrl, now, pid, onRights });
};
