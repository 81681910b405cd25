import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { streamName } from '../../../schemas/events/stream-name';
import { EventStoreError } from '../../../services/event-store/event-store';
import { Corrector } from '../../../services/read-model/corrections';
import { keepProjecting, ProjectorLooks, type ProjectorNews } from '../../../services/read-model/projector-loop';
import { over } from '../../support/changed-store';
import { until } from '../../support/patience';
import { temporaryDirectory } from '../../support/running-service';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { newEvent } from '../event-store/contract/support';

it('a projector that is asked to look anew reports of which look its progress is, and keeps what it has while the log is away', async () => {
  const directory = temporaryDirectory();
  const store = createMemoryStore({ now: () => 0 });
  await store.append(streamName('order-here:a'), [newEvent()], 'no_stream');
  let isAway = false;
  const source = over(store, {
    readAll: (options) => {
      if (isAway) throw new EventStoreError('unavailable', 'away');
      return store.readAll(options);
    },
  });
  const news: ProjectorNews[] = [];
  const stop = new AbortController();
  const looks = new ProjectorLooks();
  const projecting = keepProjecting({
    source,
    file: join(directory, 'read-model.sqlite'),
    version: 'v1',
    signal: stop.signal,
    corrector: new Corrector(),
    looks,
    onNews: (one) => news.push(one),
  });
  const caughtUp = (look: number): boolean =>
    news.some((one) => one.kind === 'progress' && one.progress.caughtUp && one.look === look);
  await until('the first look', () => caughtUp(0));
  isAway = true;
  looks.ask(1);
  await until('the log to be missed', () => news.some(({ kind }) => kind === 'interrupted'));
  expect(caughtUp(1)).toBe(false);
  isAway = false;
  await until('the second look', () => caughtUp(1));
  expect(news.filter(({ kind }) => kind === 'restarted' || kind === 'failed')).toEqual([{ kind: 'restarted' }]);
  stop.abort();
  await projecting;
  rmSync(directory, { recursive: true });
});
