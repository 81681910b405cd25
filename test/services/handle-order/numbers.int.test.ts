import type { OrderKey } from '../../../schemas/order-key';
import { freshKeys, orderPath, readLog } from '../../support/deliveries';
import { openEventStream } from '../../support/event-stream';
import { until } from '../../support/patience';
import { asReader, discard, type RunningService, startService } from '../../support/running-service';

/** Numbers that a double does not hold, of which `JSON.parse` makes the same one, each pair. */
const PAIRS = [
  ['an id of a delivery service', '1894721983472198341', '1894721983472198342'],
  ['an integer just beyond 2^53', '9007199254740992', '9007199254740993'],
  ['a fraction of many digits', '0.30000000000000000001', '0.3'],
  ['a number that is too large for a double', '1e400', '1e401'],
  ['a number that is too small for a double', '1e-400', '0'],
] as const;

/** Different texts of one number. */
const SAME = [
  ['1.10', '1.1'],
  ['1e2', '100'],
  ['-0', '0'],
  ['9007199254740993.0', '9007199254740993'],
  ['1E400', '10e399'],
] as const;

const delivery = ({ location_id, order_id }: OrderKey, number: string): string =>
  `{"type":"order.updated","object":{"location_id":${JSON.stringify(location_id)},` +
  `"order_id":${JSON.stringify(order_id)},"status":"in_progress",` +
  `"driver_details":{"name":"Alex D.","dasher_id":${number}},"n":[${number}]}}`;

describe('numbers that a double does not hold', () => {
  let service: RunningService;
  const key = freshKeys('numbers');
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => discard(service));

  it.each(PAIRS)('two deliveries that differ only in %s are two facts', async (_what, one, other) => {
    const about = key();
    for (const [revision, number] of [one, other].entries())
      expect((await service.post(delivery(about, number))).json).toEqual({ outcome: 'recorded', ...about, revision });
    expect((await service.post(delivery(about, other))).json).toEqual({ outcome: 'repeat', ...about, revision: 1 });
  });

  it.each(SAME)('a delivery with %s after one with %s is a repeat, because they are one number', async (one, other) => {
    const about = key();
    await service.post(delivery(about, other));
    expect((await service.post(delivery(about, one))).json).toEqual({ outcome: 'repeat', ...about, revision: 0 });
  });

  it('a number keeps its own digits in the log, in every answer and export, and after a restart', async () => {
    const about = key();
    const [id, huge] = ['1894721983472198341', '1e400'];
    const location = `/locations/${encodeURIComponent(about.location_id)}`;
    const live = await openEventStream(`${service.url}${location}/live`, asReader);
    for (const number of [id, huge, id]) expect((await service.post(delivery(about, number))).status).toBe(200);
    const stored = readLog(service.dataDir).filter(({ data }) => data.includes(JSON.stringify(about.order_id)));
    expect(stored.map(({ data }) => /"dasher_id":([^}]*)/.exec(data)?.[1])).toEqual([id, huge, id]);

    await until('the order on the live feed', () =>
      live.messages.some(({ data }) => data.includes(`"dasher_id":${id}`)),
    );
    live.close();
    const said = `"dasher_id":${id}`;
    const order = orderPath(about);
    const paths = [
      order,
      `${order}?at_revision=0`,
      `${order}/history`,
      `${order}/history?format=ndjson`,
      `${location}/orders`,
    ];
    const expectDigits = async (running: RunningService): Promise<void> => {
      for (const path of paths) expect((await running.get(path)).text).toContain(said);
      expect((await running.get(`${order}?at_revision=1`)).text).toContain(`"dasher_id":${huge}`);
      expect((await running.get(`${order}/history?format=csv`)).text).toContain(`""dasher_id"":${id}`);
      const history = (await running.get(`${order}/history`)).text;
      expect(history).toContain(`"pointer":"/driver_details/dasher_id","from":${id},"to":${huge}`);
    };
    await expectDigits(service);

    expect(await service.end()).toBe(0);
    service = await startService({ DATA_DIR: service.dataDir });
    await expectDigits(service);
    expect((await service.post(delivery(about, id))).json).toEqual({ outcome: 'repeat', ...about, revision: 2 });
  });
});
