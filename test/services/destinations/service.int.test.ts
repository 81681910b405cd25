import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DestinationList } from '../../../schemas/destinations';
import { problem, problemOf, update } from '../../support/deliveries';
import { until } from '../../support/patience';
import {
  asOperator,
  asReader,
  discard,
  type RunningService,
  runToEnd,
  SECURE,
  sign,
  startService,
  temporaryDirectory,
} from '../../support/running-service';
import { runCommand } from '../../support/command';
import { entryOf, receive, type Receiver, SECRET } from './support';

const directory = temporaryDirectory();
const file = join(directory, 'destinations.json');
const write = (...entries: object[]): void => {
  writeFileSync(file, JSON.stringify({ destinations: entries }));
};

let service: RunningService;
let events: Receiver;
let raw: Receiver;

beforeAll(async () => {
  [events, raw] = await Promise.all([receive(), receive()]);
  write(entryOf(events.url, { name: 'facts' }), entryOf(`${raw.url}?key=private`, { name: 'staging', view: 'raw' }));
  service = await startService({ DESTINATIONS_FILE: file });
  await until('both to be begun with', async () => {
    const { destinations } = await list();
    return destinations.every(({ lag }) => lag?.events === 0) && destinations.length === 2;
  });
});
afterAll(async () => {
  await discard(service);
  await Promise.all([events.close(), raw.close()]);
});

/** The thread that knows may be busy for longer than an answer waits for it. */
const list = (): Promise<DestinationList> =>
  until('the destinations', async () => {
    const { status, json } = await service.call('/destinations', { headers: asOperator });
    return status === 200 && (json as DestinationList);
  });
const deliver = (name: string, from: string, headers = asOperator) =>
  service.call(`/destinations/${name}/deliver?from=${from}`, { method: 'POST', headers });

it('each item is posted, signed, as the feed has it', async () => {
  expect(
    (await service.deliver(update({ location_id: 'north', order_id: 'a' }, { status: 'in_progress' }))).status,
  ).toBe(200);
  const [received] = await until('the item', () => (events.taken().length > 0 ? events.taken() : null));
  const { json } = await service.get('/feed?limit=1');
  expect(received?.item).toEqual((json as { items: unknown[] }).items[0]);
  expect(received?.id).toBe(`facts:${received?.item.position ?? ''}`);
  expect(events.faults).toEqual([]);
});

it('raw is the very bytes with the headers that came, credentials left out', async () => {
  const body = `{ "type": "order.updated",\n "object": {"status":"ready_for_pickup", "order_id":"a","location_id":"north", "fee":1.10} }`;
  expect((await service.post(body, { 'X-Dsp': 'uber', Cookie: 'a=b' })).status).toBe(200);
  // News of before may still be on its way.
  const received = await until(
    'the bytes',
    () => raw.taken().find(({ headers }) => headers['x-dsp'] === 'uber') ?? null,
  );
  expect(received.body.toString()).toBe(body);
  expect(received.headers).toMatchObject({
    'x-stream-signature': sign(body),
    'x-dsp': 'uber',
    'content-type': 'application/json',
    'ticket-rail-bytes': 'as-came',
  });
  expect(received.headers).not.toHaveProperty('cookie');
  expect(received.path).toBe('/news?key=private');
  expect(raw.faults).toEqual([]);
  // Operators see no bodies in which phones and passcodes may be.
  const { text } = await service.call('/locations/north/orders/a/history', { headers: asOperator });
  expect(text).not.toContain(Buffer.from(body).toString('base64'));
});

it('operators see how it goes, without secrets; others do not', async () => {
  await until('the counts', async () => (await list()).destinations[0]?.delivered === 2);
  const { destinations } = await list();
  expect(destinations).toMatchObject([
    { name: 'facts', view: 'events', state: 'sending', delivered: 2, failed_attempts: 0, parked: 0, set_aside: 0 },
    { name: 'staging', url: raw.url, view: 'raw' },
  ]);
  expect(JSON.stringify(destinations)).not.toContain(SECRET);
  expect(JSON.stringify(destinations)).not.toContain('private');
  expect(service.output()).not.toContain(SECRET);
  const text = await until('the metrics of both', async () => {
    const { text: metrics } = await service.get('/metrics');
    return metrics.split('ticket_rail_destination_lag_events{').length === 3 && metrics;
  });
  expect(text).toContain('ticket_rail_destination_delivered_total{destination="facts"} 2');
  expect(text).toContain('ticket_rail_destination_lag_events{destination="facts"} 0');
  expect(problemOf(await service.call('/destinations', { headers: asReader }))).toEqual(problem(403, 'not-permitted'));
  expect(problemOf(await service.call('/destinations'))).toEqual(problem(401, 'reader-not-authentic'));
});

it('ticket-rail deliver sends again, with the ids that there were', async () => {
  const token = join(directory, 'token');
  writeFileSync(token, `${asOperator['Authorization']?.slice('Bearer '.length) ?? ''}\n`);
  const before = events.all.map(({ id }) => id);
  const args = ['deliver', '--to', 'facts', '--from', '0', '--url', service.url, '--token-file', token];
  expect(await runCommand(args, {})).toMatchObject({ code: 0, stdout: 'facts is sent again what comes after 0.\n' });
  await until('all of it', () => events.all.length === 2 * before.length);
  expect(events.all.map(({ id }) => id)).toEqual([...before, ...before]);
  const unknown = await runCommand(['deliver', '--to', 'nobody', ...args.slice(3)], {});
  expect(unknown).toMatchObject({ code: 1 });
  expect(unknown.stderr).toContain('GET /destinations lists those of DESTINATIONS_FILE.');
});

it('every problem of these calls can be met', async () => {
  expect(problemOf(await deliver('nobody', '0'))).toEqual(problem(404, 'destination-not-found'));
  expect(problemOf(await deliver('facts', '1-ffffffff'))).toEqual(problem(410, 'feed-position-unknown'));
  expect(problemOf(await deliver('facts', 'x'))).toEqual(problem(400, 'invalid-parameter'));
  expect(problemOf(await deliver('facts', '0', asReader))).toEqual(problem(403, 'not-permitted'));
});

it('the file is followed, and one that cannot be used changes nothing and is logged', async () => {
  writeFileSync(file, '{"destinations":[{"name":"facts"}]}');
  await until('the complaint', () => service.output().includes('the destinations stay as they were'));
  expect((await list()).destinations).toHaveLength(2);
  write(entryOf(events.url, { name: 'facts', filter: { location_id: ['south'] } }));
  await until('the change', async () => (await list()).destinations.length === 1);
  const before = events.taken().length;
  await service.deliver(update({ location_id: 'north', order_id: 'b' }, { status: 'in_progress' }));
  await service.deliver(update({ location_id: 'south', order_id: 'c' }, { status: 'in_progress' }));
  const received = await until('the one that is wanted', () => events.taken()[before] ?? null);
  expect(received.item.order_id).toBe('c');
});

it('the service does not start with a file that cannot be used, and says where it is wrong', async () => {
  const wrong = join(directory, 'wrong.json');
  writeFileSync(
    wrong,
    JSON.stringify({ destinations: [{ ...entryOf('https://x.example/'), secrets: ['a-secret-of-mine'] }] }),
  );
  const { code, output } = await runToEnd({
    ...SECURE,
    PORT: '0',
    DATA_DIR: join(directory, 'data'),
    DESTINATIONS_FILE: wrong,
  });
  expect(code).toBe(78);
  expect(output).toContain(`DESTINATIONS_FILE is "${wrong}": destination 1, secrets 1: expected whsec_`);
  expect(output).not.toContain('a-secret-of-mine');
});
