import type { World } from '../config/world';
import type { Position } from '../event-store/event-store';
import type { Events } from '../event-store/open-events';
import { foldVersion } from './fold-version';
import { Freshness, TICK_MS } from './freshness';
import { createGuess, type Guess } from './guess';
import { OrderTableReader } from './order-table/reader';
import { deleteOrderTable } from './order-table/schema';
import type { Progress } from './projector';
import type { ProjectorNews } from './projector-loop';
import { readModelVersion } from './read-model-version';
import { type RunningProjector, startProjector } from './start-projector';
import { createWaitForReadModel, type WaitForReadModel } from './wait';

/** Who goes by what is readable. */
export interface ReadModelFollower {
  /** An update was acknowledged, and becomes readable soon. */
  acknowledged?(position: Position): void;
  /** More became readable, or all that the log has. */
  projected(progress: Progress): void;
  /** The read model begins again, and may be made anew. */
  restarted?(): void;
}

export interface ReadModel {
  readonly orders: OrderTableReader;
  /** Identifies the reading of history of this build. */
  readonly folds: string;
  readonly freshness: Freshness;
  readonly wait: WaitForReadModel;
  readonly correct: RunningProjector['correct'];
  readonly guessNewest: Guess;
  /** To be called for every update that is acknowledged, so that later reads see it. */
  readonly acknowledged: (position: Position) => void;
  /** Notifies a follower of everything from now on, after those before it. */
  follow(follower: ReadModelFollower): void;
  close(): Promise<void>;
}

/** Opens the read model, and starts the projector that keeps it up to date. */
export function openReadModel(
  { log: address, files }: Pick<Events, 'log' | 'files'>,
  { log, monotonic }: Pick<World, 'log' | 'monotonic'>,
): ReadModel {
  const freshness = new Freshness(monotonic, (look) => {
    log.warn('this process stood still: the read model is looking at the event store anew');
    projector.lookAgain(look);
  });
  const followers: ReadModelFollower[] = [freshness];
  const file = files.readModelFile;
  const orders = new OrderTableReader(file, (detail) => {
    log.error({ detail }, 'the read model is damaged: it is deleted, and made anew from the log');
    deleteOrderTable(file);
  });
  let isInterrupted = false;
  const onNews = (news: ProjectorNews): void => {
    switch (news.kind) {
      case 'progress':
        isInterrupted = false;
        if (news.progress.caughtUp) freshness.heard(news.look);
        for (const follower of followers) follower.projected(news.progress);
        return;
      case 'restarted':
        for (const follower of followers) follower.restarted?.();
        return;
      case 'interrupted':
        // It tries again and again, and each try that fails is an interruption.
        if (!isInterrupted) log.warn({ detail: news.message }, 'the projector lost the event store and will go on');
        isInterrupted = true;
        return;
      case 'failed':
        log.error({ detail: news.message }, 'the projector failed and will try again');
        return;
    }
  };
  freshness.tick(); // so that a process that stands still in its first second knows it too
  const tick = setInterval(() => {
    freshness.tick();
  }, TICK_MS).unref();
  const projector = startProjector({ log: address, file, version: readModelVersion(address.url) }, onNews);
  return {
    orders,
    folds: foldVersion(),
    freshness,
    wait: createWaitForReadModel(freshness),
    correct: (corrections) => projector.correct(corrections),
    guessNewest: createGuess(orders, freshness),
    acknowledged: (position) => {
      for (const follower of followers) follower.acknowledged?.(position);
    },
    follow: (follower) => {
      followers.push(follower);
    },
    close: async () => {
      clearInterval(tick);
      await projector.stop();
      // Last: with it, the file beside the read model stays in which its readers meet, for which a full disk has no room.
      orders.close();
    },
  };
}
