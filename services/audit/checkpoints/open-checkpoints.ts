import { createPublicKey } from 'node:crypto';
import type { Router } from 'express';
import type { Config } from '../../config/config';
import type { World } from '../../config/world';
import type { Position } from '../../event-store/event-store';
import type { Events } from '../../event-store/open-events';
import type { Metrics } from '../../operations/metrics';
import { openKeyOf } from './checkpoint-signer';
import type { FromCheckpoints } from './checkpoint-thread';
import { checkpointsOf } from './checkpoint-files';
import { createCheckpointRoutes } from './route';
import { startCheckpoints } from './start-checkpoints';

/** The signed checkpoints of the log. */
export interface Checkpoints {
  /** Everything up to here is covered by one; null while nothing is known to be. */
  readonly coveredTo: Position | null;
  readonly routes: readonly Router[];
  close(): Promise<void>;
}

/** @throws {CheckpointKeyError} if there is no key that can be used. */
export function openCheckpoints(options: {
  readonly config: Config;
  readonly events: Pick<Events, 'log' | 'files'>;
  readonly metrics: Pick<Metrics, 'restored'>;
  readonly log: World['log'];
}): Checkpoints {
  const { config, events, metrics, log } = options;
  const place = checkpointsOf(config, events.files);
  const { publicPem, replacesEmpty } = openKeyOf(place);
  if (replacesEmpty) {
    log.warn({ file: place.keyFile }, 'the checkpoint key was empty and nothing was signed with it: made a new one');
  }
  let coveredTo: Position | null = null;
  const onNews = (news: FromCheckpoints): void => {
    switch (news.kind) {
      case 'failed':
        log.error({ detail: news.message }, 'no checkpoint could be signed; it is tried again');
        return;
      case 'complaint':
        log.error({ detail: news.message }, 'something is wrong with the file of checkpoints');
        return;
      case 'restored': {
        const { holds_to, lost_to, lost_events, log_id } = news.restore;
        coveredTo = null;
        metrics.restored();
        log.error(
          { holds_to, lost_to, lost_events, log_id },
          'THE LOG LOST EVENTS: a backup was put back, or its end is gone. This was signed, and checkpoints go on',
        );
        return;
      }
      case 'covered':
        coveredTo = news.position;
        if (news.isNew) log.info({ position: news.position, events: news.events }, 'signed a checkpoint');
        return;
    }
  };
  const running = startCheckpoints({ log: events.log, place, intervalMs: config.checkpointMs }, onNews);
  return {
    get coveredTo() {
      return coveredTo;
    },
    routes: [createCheckpointRoutes(place, createPublicKey(publicPem))],
    close: () => running.stop(),
  };
}
