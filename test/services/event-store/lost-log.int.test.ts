import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readiness } from '../../../schemas/api/order-view';
import { answerOf, freshKeys, problem, problemOf, readLog, update } from '../../support/deliveries';
import { until } from '../../support/patience';
import { discard, type RunningService, runToEnd, SECURE, startService } from '../../support/running-service';

/** What a service does whose files are taken away while it runs; where the log may stand is in sqlite-place.int.test.ts. */
describe('service whose files are taken away', () => {
  const services: RunningService[] = [];
  const fresh = freshKeys('lost log');

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<RunningService> => {
    const service = await startService(env);
    services.push(service);
    return service;
  };
  const notReady = (service: RunningService): Promise<string> =>
    until('the service to say that it is not ready', async () => {
      const { status, json } = await service.call('/readyz');
      const store = (json as Readiness).checks.find(({ name }) => name === 'event_store');
      return status === 503 && store?.ok === false && store.detail;
    });

  afterEach(() => discard(...services.splice(0)));

  it('a service whose log was removed acknowledges nothing more, is not ready, and says in its log what to do', async () => {
    const service = await start();
    const delivery = update(fresh());
    expect((await service.deliver(delivery)).status).toBe(200);
    for (const name of readdirSync(service.dataDir)) {
      if (name.startsWith('events.sqlite')) rmSync(join(service.dataDir, name));
    }
    expect(problemOf(await service.deliver(update(fresh())))).toEqual(problem(503, 'store-unavailable'));
    expect(problemOf(await service.deliver(delivery))).toEqual(problem(503, 'store-unavailable')); // no repeat either
    expect(await notReady(service)).toMatch(/was removed, moved or replaced/);
    await until('the log to say so', () =>
      Promise.resolve(
        /"detail":"the event log [^"]*was removed[^"]*","msg":"NO DELIVERY IS TAKEN/.test(service.output()),
      ),
    );
    expect((await service.call('/healthz')).status).toBe(200);
  });

  it('a service is not started on a new log beside one that was saved, and goes on with that once it is back', async () => {
    const service = await start();
    const { dataDir } = service;
    const key = fresh();
    expect((await service.deliver(update(key))).status).toBe(200);
    for (const name of readdirSync(dataDir)) {
      if (name.startsWith('events.sqlite')) rmSync(join(dataDir, name));
    }
    expect((await service.deliver(update(fresh()))).status).toBe(503);
    const saved = await until(
      'the log to be saved',
      () => readdirSync(dataDir).find((name) => /^events\.sqlite\.saved-.*Z$/.test(name)) ?? null,
    );
    await service.end('SIGKILL');
    const refused = await runToEnd({ ...SECURE, PORT: '0', DATA_DIR: dataDir });
    expect([refused.code, refused.output]).toEqual([69, expect.stringContaining(`move ${saved} to `)]);
    expect(readdirSync(dataDir)).not.toContain('events.sqlite');
    renameSync(join(dataDir, saved), join(dataDir, 'events.sqlite'));
    const again = await start({ DATA_DIR: dataDir });
    expect(answerOf(await again.deliver(update(key)))).toMatchObject({ outcome: 'repeat', revision: 0 });
  });

  it('no fact is dropped when the lock was removed and a second service took the directory', async () => {
    const first = await start();
    const key = fresh();
    const [a, b] = [update(key), update(key, { status: 'ready_for_pickup' })];
    expect(answerOf(await first.deliver(a))).toMatchObject({ outcome: 'recorded', revision: 0 });
    rmSync(join(first.dataDir, 'lock.sqlite'));
    const second = await start({ DATA_DIR: first.dataDir });
    expect(answerOf(await second.deliver(b))).toMatchObject({ outcome: 'recorded', revision: 1 });
    // To the first it is the repeat of the newest delivery that it knows of.
    expect(problemOf(await first.deliver(a))).toEqual(problem(503, 'store-unavailable'));
    expect(await notReady(first)).toMatch(/lock\.sqlite was removed or replaced .* is in use by process \d+/);
    expect(answerOf(await second.deliver(a))).toMatchObject({ outcome: 'recorded', revision: 2 });
    expect(readLog(first.dataDir).map(({ revision }) => revision)).toEqual([0, 1, 2]);
  });

  it('a service keeps its directory to itself although the lock was removed', async () => {
    const service = await start();
    rmSync(join(service.dataDir, 'lock.sqlite'));
    expect((await service.deliver(update(fresh()))).status).toBe(200);
    const { code, output } = await runToEnd({ ...SECURE, PORT: '0', DATA_DIR: service.dataDir });
    expect([code, output]).toEqual([69, expect.stringContaining('is in use by process')]);
  });
});
