import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { orderKey } from '../../../schemas/order-key';
import { LocationPage } from '../../../schemas/api/location-view';
import { OrderSummaries } from '../../../schemas/api/order-summary';
import { ticketRail } from '../audit/support';
import { openEventStream } from '../../support/event-stream';
import { orderPath, update } from '../../support/deliveries';
import { until } from '../../support/patience';
import {
  bearer,
  discard,
  READER_TOKEN,
  type RunningService,
  runToEnd,
  SECURE,
  startService,
  temporaryDirectory,
} from '../../support/running-service';

/** What the service makes of LOCATIONS_FILE. */

const FACTS = {
  name: 'Harbour Street',
  time_zone: 'America/New_York',
  language: 'es',
  thresholds: { preparing: { late: 8, very_late: 15 } },
};
const HARBOUR = { location_id: 'pos_1', ...FACTS };
const NOTHING = { name: null, time_zone: null, language: null, thresholds: null };
const directory = temporaryDirectory();
const file = join(directory, 'locations.json');

/** Puts a whole file into place, so that no look finds half of one. */
function put(text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
const locations = (...all: readonly unknown[]): string => JSON.stringify({ locations: all });

let service: RunningService;
beforeAll(async () => {
  put(locations(HARBOUR));
  service = await startService({ LOCATIONS_FILE: file });
  for (const location of ['pos_1', 'pos_2']) {
    expect((await service.deliver(update(orderKey(location, 'o1')))).status).toBe(200);
  }
});
afterAll(async () => {
  await discard(service);
  rmSync(directory, { recursive: true });
});

/** What the list of locations has of each besides its orders. */
async function listed(): Promise<Readonly<Record<string, unknown>>> {
  const page = LocationPage.strict().parse((await service.get('/locations')).json);
  return Object.fromEntries(
    page.locations.map(({ location_id, name, time_zone, language, thresholds }) => [
      location_id,
      { name, time_zone, language, thresholds },
    ]),
  );
}

async function named(): Promise<Readonly<Record<string, unknown>>> {
  const answer = await service.get('/locations');
  expect(answer.status).toBe(200);
  const page = LocationPage.strict().parse(answer.json);
  return Object.fromEntries(page.locations.map(({ location_id, name, time_zone }) => [location_id, [name, time_zone]]));
}
const BOTH = { pos_1: ['Harbour Street', 'America/New_York'], pos_2: [null, null] };

it('the list of locations has what the file says of each, and null for what it does not', async () => {
  expect(await named()).toEqual(BOTH);
  expect(await listed()).toEqual({ pos_1: FACTS, pos_2: NOTHING });
});

it('heartbeats of the live feed have what the file says of the location as it is now, for boards and for customers', async () => {
  const streams = await Promise.all(
    ['/locations/pos_1/live', '/locations/pos_1/live?view=customers', '/locations/pos_2/live'].map((path) =>
      openEventStream(`${service.url}${path}`, bearer(READER_TOKEN)),
    ),
  );
  const said = () => streams.map((stream) => stream.data('heartbeat').at(-1)?.['location']);
  await until('a heartbeat of each', () => !said().includes(undefined));
  const ALL = [FACTS, { ...FACTS, thresholds: null }, NOTHING];
  expect(said()).toEqual(ALL);
  put(locations({ ...HARBOUR, language: 'fr' }));
  await until('the heartbeats to say the change', () => JSON.stringify(said()[1]).includes('"fr"'));
  put(locations(HARBOUR));
  await until('the heartbeats to say what was before', () => JSON.stringify(said()) === JSON.stringify(ALL));
  for (const stream of streams) stream.close();
});

it('summary and evidence have times by the clocks of the location, unless another zone is asked for', async () => {
  const zoneOf = async (location: string, query = ''): Promise<readonly unknown[]> => {
    const key = orderKey(location, 'o1');
    const summary = OrderSummaries.parse((await service.get(`${orderPath(key)}/summary${query}`)).json);
    const evidence = await service.get(`${orderPath(key)}/evidence${query}`);
    expect(evidence.status).toBe(200);
    return [summary.time_zone, /"time_zone":"([^"]+)"/.exec(evidence.text)?.[1]];
  };
  expect(await zoneOf('pos_1')).toEqual(['America/New_York', 'America/New_York']);
  expect(await zoneOf('pos_2')).toEqual(['UTC', 'UTC']);
  expect(await zoneOf('pos_1', '?time_zone=Asia/Tokyo')).toEqual(['Asia/Tokyo', 'Asia/Tokyo']);
});

it('evidence names the location as the file does, at its head and in the data that it is verified by', async () => {
  const evidenceOf = async (location: string): Promise<string> =>
    (await service.get(`${orderPath(orderKey(location, 'o1'))}/evidence`)).text;
  const [named, nameless] = [await evidenceOf('pos_1'), await evidenceOf('pos_2')];
  expect(named).toContain('<strong><bdi>Harbour Street</bdi></strong>, location id <strong><bdi>pos_1</bdi></strong>');
  expect(named).toContain('"location_name":"Harbour Street"');
  expect(nameless).toContain('This service is not set to call it by a name.');
  expect(nameless).toContain('"location_name":null');
  for (const [name, text] of Object.entries({ named, nameless })) {
    const saved = join(directory, `${name}.html`);
    writeFileSync(saved, text);
    expect(await ticketRail(['verify', saved])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('holds') as string,
    });
  }
});

it('a change of the file is followed, and a version that cannot be used changes nothing and is said once', async () => {
  put('{"locations": [{"location_id": "pos_1", "name": 7}]}');
  const said = () => service.output().split('LOCATIONS_FILE cannot be used').length - 1;
  await until('the log to say so', () => Promise.resolve(said() > 0));
  expect(service.output()).toContain('location 1, name: expected text');
  expect(await named()).toEqual(BOTH);
  rmSync(file);
  await until('the log to say that it is gone', () => Promise.resolve(said() > 1));
  expect(await named()).toEqual(BOTH);
  put(locations({ location_id: 'pos_2', name: 'Station Square' }));
  await until(
    'the names to be those of the file',
    async () => JSON.stringify((await named())['pos_1']) === '[null,null]',
  );
  expect(await named()).toEqual({ pos_1: [null, null], pos_2: ['Station Square', null] });
  expect(said()).toBe(2);
});

it('a service is not started on a file that cannot be used, and says what to do', async () => {
  for (const [text, fault] of [
    [null, 'the file cannot be read (ENOENT): make it, or unset LOCATIONS_FILE'],
    ['[]', 'expected {"locations": [...]}'],
  ] as const) {
    const other = join(directory, 'other.json');
    if (text !== null) writeFileSync(other, text);
    const { code, output } = await runToEnd({
      ...SECURE,
      PORT: '0',
      DATA_DIR: join(directory, 'data'),
      LOCATIONS_FILE: other,
    });
    expect([code, output]).toEqual([78, expect.stringContaining(`LOCATIONS_FILE is "${other}"`)]);
    expect(output).toContain(fault);
  }
});
