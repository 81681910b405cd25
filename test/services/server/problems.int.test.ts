import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { FeedPage } from '../../../schemas/api/feed';
import type { DestinationList } from '../../../schemas/destinations';
import { orderKey } from '../../../schemas/order-key';
import { type BegunPairing, PAIRING_SECONDS } from '../../../schemas/api/pairing';
import { createQuarantine } from '../../../services/handle-order/quarantine/quarantine';
import { Admission } from '../../../services/handle-order/record/admission';
import { createRecorder } from '../../../services/handle-order/record/record-update';
import { RECORDS_AT_ONCE } from '../../../services/access/log/access-log';
import { PAIRINGS_AT_ONCE } from '../../../services/access/pairing/pairings';
import { CODES_AT_ONCE } from '../../../services/access/pairing/readers-route';
import { LOGIN_CALLS } from '../../../services/access/login/route';
import { problemsOf } from '../../../services/http/endpoint';
import { MAX_LARGE_READS_PER_READER } from '../../../services/access/read-guard';
import { MAX_WAITING_QUERIES } from '../../../services/audit/coverage/coverage';
import { MAX_EVIDENCE_CHARACTERS } from '../../../services/audit/evidence-route';
import { MAX_EXPORTS } from '../../../services/audit/export/send-export';
import { MAX_CONSUMERS } from '../../../services/feed/consumers/consumers';
import { MAX_FOLLOWERS } from '../../../services/feed/route';
import { ACTIONS_AT_ONCE } from '../../../services/orders/actions/route';
import { MAX_LIVE_CLIENTS } from '../../../services/orders/live/live-feed';
import { MAX_OVERVIEW_CLIENTS } from '../../../services/orders/overview/overview-feed';
import { LOG, READ_MODEL, readOrders, withDatabase } from '../../faults/inspect';
import { spawnNode } from '../../eventstoredb-node/spawn-node';
import { REPORTS_AT_ONCE } from '../../../services/screen-reports/route';
import { declaredOperations, declaredProblems } from '../../support/contract';
import { update } from '../../support/deliveries';
import { type EventStream, openEventStream } from '../../support/event-stream';
import { bulky, fillQueue, holdOrders } from '../../support/full-queue';
import { serveInProcess } from '../../support/in-process-app';
import { patiently, until } from '../../support/patience';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { sendRaw } from '../../support/raw-http';
import {
  type Answer,
  asReader,
  bearer,
  type Call,
  call,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  sign,
  startService,
  temporaryDirectory,
} from '../../support/running-service';

/**
 * Every problem that the document declares for a call is one that the call is really answered with: each is provoked
 * here. That no call is answered with another is checked wherever a test calls the service (test/support/contract.ts).
 */

const HERE = orderKey('here', 'o');
const SCREEN_TOKEN = 'screen-of-elsewhere-0123456789';
const POS_TOKEN = 'pos-of-here-0123456789';
const READERS = JSON.stringify([
  entryOf(READER_TOKEN, 'auditor'),
  { ...entryOf(OPERATOR_TOKEN, 'operator'), acts: true },
  entryOf(SCREEN_TOKEN, 'screen', ['elsewhere']),
  entryOf(POS_TOKEN, 'pos'),
]);
const OPEN = { STREAM_WEBHOOK_SECRETS: '', READERS: '' };
/** After everything that these tests tell of. */
const AS_OF = '?as_of=2999-01-01T00:00:00Z';
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** A destination to which nothing is ever sent: its address is not allowed. */
const DESTINATIONS = JSON.stringify({
  destinations: [{ name: 'shop', url: 'https://127.0.0.1/', secrets: [`whsec_${btoa('x'.repeat(24))}`] }],
});
const destinationsFile = join(temporaryDirectory(), 'destinations.json');

interface Declared {
  readonly method: string;
  readonly path: string;
  readonly problems: readonly string[];
}
/** Every operation of the document, and the forms of the pages, which are described like them. */
const OPERATIONS: ReadonlyMap<string, Declared> = new Map([
  ...declaredOperations().map(({ method, path, operation }): [string, Declared] => [
    operation.operationId,
    { method, path, problems: declaredProblems(operation) },
  ]),
  ...Object.entries(LOGIN_CALLS).map(([id, endpoint]): [string, Declared] => [
    id,
    { method: endpoint.method, path: endpoint.path, problems: [...problemsOf(endpoint)].sort() },
  ]),
]);
const declaring = (code: string): string[] =>
  [...OPERATIONS].filter(([, { problems }]) => problems.includes(code)).map(([id]) => id);

/**
 * Calls about destinations and consumers of which there is none: they store and record nothing, and a log that was taken
 * away while a process has it open can still be read there.
 */
const isOfOutlets = (id: string): boolean => /^\/(?:destinations|consumers)/.test(OPERATIONS.get(id)?.path ?? '');

/** Calls of who sees contacts. */
const OF_AUDITORS = ['listCheckpoints', 'getNote', 'getInclusionProof', 'getConsistencyProof'];

/** What each operation was answered with. */
const met = new Map<string, Set<string>>();

function meet(id: string, code: string): void {
  met.set(id, (met.get(id) ?? new Set()).add(code));
}

const codeOf = ({ json }: Answer): string =>
  String((json as { type?: unknown } | undefined)?.type).replace('urn:ticket-rail:problem:', '');

/** Where an operation asks about what is there. */
function addressOf(id: string): string {
  const path = OPERATIONS.get(id)?.path ?? '';
  const named = path.replace('{location_id}', 'here').replace('{order_id}', 'o').replace('{quarantine_id}', '0');
  return named.replace('{name}', 'shop');
}

/** A handover of an order as it was at a revision. */
function handOver(revision: number, at = '2026-11-21T18:00:00.000Z'): string {
  return JSON.stringify({ type: 'handed_over', revision, at, compared: [] });
}

/** A report of a screen. @param order of which it has a receipt; null: it has none */
function screenReport(order_id: string | null): string {
  const at = '2026-11-21T18:00:00.000Z';
  return JSON.stringify({
    screen_id: '0'.repeat(32),
    name: 'counter',
    kind: 'board',
    visible: true,
    freshness: 'live',
    age_ms: 0,
    position: null,
    sent_at: at,
    receipts: order_id === null ? [] : [{ order_id, revision: 0, shown: 'tile', at }],
  });
}

/** What a screen may see that shows a code. */
function newScreen(code: string): string {
  return JSON.stringify({ code, locations: '*' });
}

/** What is sent with a call that takes a body. */
const BODIES: Readonly<Record<string, string>> = {
  setConsumer: '{"from":"now"}',
  commit: '{"position":"0"}',
  setLabel: '{"number":"A1B2"}',
  act: handOver(0),
  reportScreen: screenReport('nobody knows it'),
  addScreen: newScreen('BBBB-BBBB'),
  pickUpSession: '{"device_code":"nobody has it"}',
};

/** What a call cannot do without. */
const NEEDED: Readonly<Record<string, string>> = { watchLocations: '?location_id=here' };

interface Question extends Omit<Call, 'method'> {
  /** Null sends none. */
  readonly token?: string | null;
  /** In place of, or after, the address where something is. */
  readonly at?: string;
  readonly query?: string;
}

/** A label is set by a POS, all else may be done by an operator. */
const tokenOf = (id: string): string => (id === 'setLabel' ? POS_TOKEN : OPERATOR_TOKEN);

function ask({ url }: { readonly url: string }, id: string, question: Question = {}): Promise<Answer> {
  const {
    token = tokenOf(id),
    at = addressOf(id),
    query = NEEDED[id] ?? '',
    headers = {},
    body = BODIES[id],
  } = question;
  const method = OPERATIONS.get(id)?.method.toUpperCase() ?? '';
  return call(url, `${at}${query}`, {
    method,
    headers: { 'Idempotency-Key': randomUUID(), ...(token === null ? {} : bearer(token)), ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

/** Expects that an operation is answered with the problem, once `question` is asked. */
async function expectProblem(code: string, id: string, question: () => Promise<Answer>): Promise<void> {
  expect({ id, code: codeOf(await question()) }).toEqual({ id, code });
  meet(id, code);
}

/** What makes a read large, or one of the past, and what a call cannot do without. */
const QUERIES: Readonly<Record<string, string>> = {
  deliverAgain: '?from=0',
  listLocations: '?limit=1000',
  getOverview: '?limit=1000',
  listOrders: AS_OF,
  getOrder: AS_OF,
  findOrders: '?verdict=advance',
  listRelays: '?limit=1000',
  listAccesses: '?limit=1000',
};

const services: RunningService[] = [];
async function start(env: Readonly<Record<string, string>> = {}): Promise<RunningService> {
  const service = await startService({ READERS, DESTINATIONS_FILE: destinationsFile, ...env });
  services.push(service);
  return service;
}

/** Asks again and again, `width` at a time, until it is told to stop. */
function flood(width: number, question: () => Promise<unknown>): () => Promise<void> {
  let isOver = false;
  const one = async (): Promise<void> => {
    while (!isOver) await question();
  };
  const all = Promise.all(Array.from({ length: width }, one));
  return async () => {
    isOver = true;
    await all;
  };
}

describe('each problem that the document declares is one that really comes', () => {
  let service: RunningService;
  beforeAll(async () => {
    writeFileSync(destinationsFile, DESTINATIONS);
    service = await start();
    await service.deliver(update(HERE));
    await service.post('{"type":7}');
    await ask(service, 'setConsumer');
  });
  afterAll(async () => {
    await discard(...services.splice(0));
    rmSync(dirname(destinationsFile), { recursive: true });
  });

  it('who has no token, or the wrong signature, is not authentic', async () => {
    for (const id of declaring('reader-not-authentic')) {
      await expectProblem('reader-not-authentic', id, () => ask(service, id, { token: null }));
    }
    for (const id of declaring('not-authentic')) {
      const headers = { 'X-Stream-Signature': sign('other') };
      await expectProblem('not-authentic', id, () => ask(service, id, { token: null, headers, body: '{}' }));
    }
  });

  it('who has another role or location, or comes from the page of others, is not permitted', async () => {
    for (const id of declaring('not-permitted')) {
      const foreign = { Origin: 'https://evil.example', Accept: 'application/json', ...FORM };
      const isForAll = /^(?:logIn|logOut|beginPairing|pickUpSession)$/.test(id);
      const question = isForAll ? { headers: foreign, body: BODIES[id] ?? 'token=x' } : { token: SCREEN_TOKEN };
      await expectProblem('not-permitted', id, () => ask(service, id, question));
    }
  });

  it('a parameter that is not one, or cannot be decoded, is invalid', async () => {
    for (const id of declaring('invalid-parameter')) {
      const { path = '' } = OPERATIONS.get(id) ?? {};
      const question = /\{(?:quarantine_id|name)\}|\/(?:label|actions|receipts|screen-reports)$/.test(path)
        ? { at: path.replace(/\{\w+\}/, '%zz') }
        : id === 'pickUpSession'
          ? { body: '{}' }
          : { query: '?nonsense=1', token: OF_AUDITORS.includes(id) ? READER_TOKEN : OPERATOR_TOKEN };
      await expectProblem('invalid-parameter', id, () => ask(service, id, question));
    }
  });

  it('what is not there is not found', async () => {
    for (const id of declaring('order-not-found')) {
      await expectProblem('order-not-found', id, () =>
        ask(service, id, { at: addressOf(id).replace(/\/o(?=\/|$)/, '/none') }),
      );
    }
    for (const id of declaring('revision-not-found')) {
      const question = id === 'act' ? { body: handOver(99) } : { query: '?at_revision=99' };
      await expectProblem('revision-not-found', id, () => ask(service, id, question));
    }
    for (const id of declaring('quarantine-entry-not-found')) {
      await expectProblem('quarantine-entry-not-found', id, () =>
        ask(service, id, { at: addressOf(id).replace('0', '99') }),
      );
    }
    for (const id of declaring('consumer-not-found')) {
      const question =
        id === 'followFeed' ? { query: '?consumer=none' } : { at: addressOf(id).replace('shop', 'none') };
      await expectProblem('consumer-not-found', id, () => ask(service, id, question));
    }
    for (const id of declaring('destination-not-found')) {
      const question = { at: addressOf(id).replace('shop', 'none'), query: QUERIES[id] ?? '' };
      await expectProblem('destination-not-found', id, () => ask(service, id, question));
    }
    for (const id of declaring('feed-position-unknown')) {
      const query = { followFeed: '?after=1-00000000', deliverAgain: '?from=1-00000000' }[id];
      const question = query === undefined ? { body: '{"position":"1-00000000"}' } : { query };
      await expectProblem('feed-position-unknown', id, () => ask(service, id, question));
    }
  });

  it('of a log of which no note was signed, nothing is proven', async () => {
    const empty = await start();
    for (const id of declaring('not-proven')) {
      const query = { getInclusionProof: '?position=1', getConsistencyProof: '?from=1' }[id] ?? '';
      await expectProblem('not-proven', id, () => ask(empty, id, { query, token: READER_TOKEN }));
    }
  });

  it('what was done counts for the order as it was shown, once for each key, and only so often', async () => {
    const key = { location_id: 'here', order_id: 'done' };
    const ANA = { source: 'uber', name: 'Ana S.' };
    // What a reader may do comes back with time, so time stands still.
    const app = await serveInProcess(null, { READERS }, () => 0);
    try {
      await app.deliver(update(key, { driver_details: ANA }));
      await app.deliver(update(key, { driver_details: { ...ANA, name: 'Ben T.' } }));
      for (const id of declaring('order-changed')) {
        const at = addressOf(id).replace('/o/', '/done/');
        await expectProblem('order-changed', id, () => ask(app, id, { at, body: handOver(0) }));
        const headers = { 'Idempotency-Key': 'the-same' };
        expect((await ask(app, id, { at, headers, body: handOver(1) })).status).toBe(200);
        const other = handOver(1, '2026-11-21T18:00:01.000Z');
        await expectProblem('key-reused', id, () => ask(app, id, { at, headers, body: other }));
        for (let n = 3; n < ACTIONS_AT_ONCE; n++) await ask(app, id, { at, headers, body: handOver(1) });
        await expectProblem('too-many-actions', id, () => ask(app, id, { at, body: handOver(1) }));
      }
    } finally {
      await app.close();
    }
  });

  it('where readers are in no file, none is added or taken away', async () => {
    for (const id of declaring('readers-fixed')) await expectProblem('readers-fixed', id, () => ask(service, id));
  });

  it('a code counts once and for ten minutes, for a name that nobody has, and only screens are taken away', async () => {
    const directory = temporaryDirectory();
    const file = join(directory, 'readers.json');
    const [operator, screen] = [entryOf(OPERATOR_TOKEN, 'operator'), entryOf(SCREEN_TOKEN, 'screen')];
    writeFileSync(file, JSON.stringify([operator, screen]));
    let clock = 0;
    const app = await serveInProcess(null, { READERS_FILE: file }, () => clock);
    const begin = async () => (await ask(app, 'beginPairing', { token: null })).json as BegunPairing;
    /** What a call asks about a pairing, if it asks about one. */
    const withCode = (id: string, { user_code, device_code }: BegunPairing): Question => {
      if (id === 'addScreen') return { body: newScreen(user_code) };
      return id === 'pickUpSession' ? { body: JSON.stringify({ device_code }) } : {};
    };
    try {
      await until('the service to be ready', async () => (await app.call('/readyz')).status === 200);
      for (const id of declaring('pairing-not-found')) await expectProblem('pairing-not-found', id, () => ask(app, id));
      for (const id of declaring('reader-not-found')) await expectProblem('reader-not-found', id, () => ask(app, id));
      for (const id of declaring('reader-not-screen')) {
        const at = `/readers/${operator.name}`;
        await expectProblem('reader-not-screen', id, () => ask(app, id, { at }));
      }
      const used = await begin();
      for (const id of declaring('reader-exists')) {
        const question = { at: `/readers/${screen.name}`, ...withCode(id, used) };
        await expectProblem('reader-exists', id, () => ask(app, id, question));
      }
      writeFileSync(`${file}.lock`, '');
      for (const id of declaring('readers-unchangeable')) {
        await expectProblem('readers-unchangeable', id, () => ask(app, id, withCode(id, used)));
      }
      rmSync(`${file}.lock`);
      expect((await ask(app, 'addScreen', withCode('addScreen', used))).status).toBe(201);
      expect((await ask(app, 'pickUpSession', withCode('pickUpSession', used))).status).toBe(200);
      for (const id of declaring('pairing-used')) {
        await expectProblem('pairing-used', id, () => ask(app, id, withCode(id, used)));
      }
      const old = await begin();
      clock += PAIRING_SECONDS * 1_000;
      for (const id of declaring('pairing-expired')) {
        await expectProblem('pairing-expired', id, () => ask(app, id, withCode(id, old)));
      }
      for (const id of declaring('too-many-pairings')) {
        for (let n = 0; n < PAIRINGS_AT_ONCE; n++) await begin();
        await expectProblem('too-many-pairings', id, () => ask(app, id));
      }
      for (const id of declaring('too-many-codes')) {
        for (let n = 0; n < CODES_AT_ONCE; n++) await ask(app, id);
        await expectProblem('too-many-codes', id, () => ask(app, id));
      }
    } finally {
      await app.close();
      rmSync(directory, { recursive: true });
    }
  });

  it('an order of more events than evidence takes has none by this way', async () => {
    const note = 'x'.repeat(100_000);
    const key = { location_id: 'here', order_id: 'large' };
    for (let n = 0; n * note.length < MAX_EVIDENCE_CHARACTERS; n++) await service.deliver(update(key, { note, n }));
    for (const id of declaring('evidence-too-large')) {
      await expectProblem('evidence-too-large', id, () =>
        ask(service, id, { at: addressOf(id).replace('/o/', '/large/') }),
      );
    }
  });

  it('a body that is too large, or comes too slowly, is not taken', async () => {
    for (const id of declaring('body-too-large')) {
      await expectProblem('body-too-large', id, () => ask(service, id, { headers: FORM, body: 'x'.repeat(300_000) }));
    }
    const slow = declaring('body-too-slow').map(async (id) => {
      const method = OPERATIONS.get(id)?.method.toUpperCase() ?? '';
      const lines = [
        `${method} ${addressOf(id)} HTTP/1.1`,
        'Host: x',
        `Authorization: Bearer ${tokenOf(id)}`,
        'Content-Length: 100',
      ];
      const answer = await sendRaw(service.url, `${lines.join('\r\n')}\r\n\r\n{`);
      expect([id, answer]).toEqual([id, expect.stringContaining('urn:ticket-rail:problem:body-too-slow')]);
      meet(id, 'body-too-slow');
    });
    await Promise.all(slow);
  });

  it('a delivery is redriven once, and stays in quarantine while it is unusable', async () => {
    const { json } = await service.post(JSON.stringify(update({ order_id: 'mended' })), {
      'Content-Type': 'text/plain',
    });
    const at = `/quarantine/${(json as { quarantine_id: string }).quarantine_id}/redrive`;
    for (const id of declaring('already-redriven')) {
      expect((await ask(service, id, { at })).status).toBe(200);
      await expectProblem('already-redriven', id, () => ask(service, id, { at }));
    }
    for (const id of declaring('still-unusable')) await expectProblem('still-unusable', id, () => ask(service, id));
  });

  it('a service without authentication does not answer under a foreign host name', async () => {
    const open = await start(OPEN);
    for (const id of declaring('host-not-allowed')) {
      await expectProblem('host-not-allowed', id, () =>
        ask(open, id, { headers: { Host: 'evil.example' }, token: null }),
      );
    }
  });

  it('what the POS does not answer, or what comes back from a relay, fails as such', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
    const port = String((silent.address() as AddressInfo).port);
    const env = { RELAY_URL: `http://127.0.0.1:${port}/`, RELAY_TIMEOUT_MS: String(patiently(1_000)) };
    const relaying = await start(env);
    const body = JSON.stringify({ type: 'order.created', object: { location_id: 'here', id: 'new' } });
    const post = (headers: Record<string, string> = {}) => relaying.post(body, headers);
    for (const id of declaring('relay-timed-out')) await expectProblem('relay-timed-out', id, post);
    for (const id of declaring('relay-loop'))
      await expectProblem('relay-loop', id, () => post({ Via: '1.1 ticket-rail' }));
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => silent.close(closed));
    for (const id of declaring('relay-failed')) await expectProblem('relay-failed', id, post);
  });

  it('a service whose log was taken away answers nothing that has to be stored or recorded', async () => {
    // Without destinations, which would keep the log open.
    const robbed = await start({ DESTINATIONS_FILE: '' });
    await robbed.deliver(update(HERE));
    await robbed.post('{"type":7}');
    expect(await readOrders(robbed, 'here')).toHaveLength(1);
    for (const name of readdirSync(robbed.dataDir)) {
      if (name.startsWith(LOG)) rmSync(join(robbed.dataDir, name));
    }
    for (const id of declaring('store-unavailable').filter((one) => !isOfOutlets(one))) {
      const question = () =>
        id === 'handleOrder'
          ? robbed.deliver(update({ order_id: 'later' }))
          : ask(robbed, id, { query: QUERIES[id] ?? '' });
      await expectProblem('store-unavailable', id, question);
    }
  });

  it('a service whose EventStoreDB ended cannot say how destinations and consumers do, nor change that', async () => {
    const node = await spawnNode();
    const away = await start({ EVENT_STORE_URL: node.url });
    await until('the destinations', async () => (await ask(away, 'listDestinations')).status === 200);
    await node.stop();
    // Each is answered once the store is given up.
    const given = declaring('store-unavailable').filter(isOfOutlets);
    await Promise.all(
      given.map((id) => expectProblem('store-unavailable', id, () => ask(away, id, { query: QUERIES[id] ?? '' }))),
    );
  });

  it('a service whose log is damaged says so wherever the damage is met', async () => {
    const first = await start({ RELAY_URL: 'http://127.0.0.1:1/' });
    await ask(first, 'setConsumer');
    // What is on record of the destination, too, is to stand before what is not damaged.
    await until('the destination to be on record', async () => {
      const { status, json } = await ask(first, 'listDestinations');
      if (status !== 200) return false;
      const { destinations } = json as DestinationList;
      return destinations.length > 0 && destinations.every(({ lag }) => lag !== null);
    });
    await first.deliver(update(HERE));
    await first.post('{"type":7}');
    await first.deliver({ type: 'order.created', object: { location_id: 'here', id: 'new' } });
    expect((await ask(first, 'listQuarantine')).status).toBe(200);
    const note = 'x'.repeat(2_000);
    for (let n = 0; n < 60; n++) await first.deliver(update(orderKey('other', String(n)), { note }));
    expect(await readOrders(first, 'other')).toHaveLength(60);
    await first.end();
    damage(join(first.dataDir, LOG));
    const damaged = await start({ ...OPEN, DATA_DIR: first.dataDir });
    for (const id of declaring('store-damaged')) {
      await expectProblem('store-damaged', id, () => ask(damaged, id, { query: QUERIES[id] ?? '', token: null }));
    }
  });

  it('while the read model cannot be written, reads are behind, and only so many large ones wait', async () => {
    const blocked = await start();
    await blocked.deliver(update(HERE));
    expect(await readOrders(blocked, 'here')).toHaveLength(1);
    const db = new Database(join(blocked.dataDir, READ_MODEL));
    db.exec('BEGIN IMMEDIATE');
    try {
      await blocked.deliver(update(HERE, { status: 'completed' }));
      const behind = declaring('read-model-behind').map((id) =>
        expectProblem('read-model-behind', id, () =>
          ask(blocked, id, id === 'followFeed' ? { query: '?view=orders' } : {}),
        ),
      );
      await Promise.all(behind);
      const stop = flood(MAX_LARGE_READS_PER_READER + 4, () => ask(blocked, 'listOrders', { query: '?limit=1000' }));
      for (const id of declaring('reads-busy')) {
        await until(`${id} to find no place`, async () => {
          const answer = await ask(blocked, id, { query: QUERIES[id] ?? '' });
          return codeOf(answer) === 'reads-busy';
        });
        meet(id, 'reads-busy');
      }
      await stop();
    } finally {
      db.exec('ROLLBACK');
      db.close();
    }
  });

  it('a reader who looks at too much is refused wherever looks are recorded', async () => {
    // What a reader may have recorded comes back with time, so time stands still.
    const app = await serveInProcess(null, { READERS }, () => 0);
    const agent = new Agent({ keepAlive: true });
    try {
      await app.deliver(update(HERE));
      await app.deliver({ type: 7 });
      await until('the service to be ready', async () => (await app.call('/readyz')).status === 200);
      let looks = 0;
      const statuses = new Set([200]);
      /** Looks at what was not looked at before, again and again. */
      const lookOnAndOn = async (): Promise<void> => {
        while (looks < RECORDS_AT_ONCE && statuses.size === 1) {
          const path = `/locations/${String(looks++)}/orders${AS_OF}`;
          const { status } = await call(app.url, path, { headers: bearer(OPERATOR_TOKEN) }, agent);
          statuses.add(status);
        }
      };
      await Promise.all(Array.from({ length: MAX_LARGE_READS_PER_READER }, lookOnAndOn));
      expect([...statuses]).toEqual([200]);
      for (const id of declaring('too-many-reads')) {
        await expectProblem('too-many-reads', id, () => ask(app, id, { query: QUERIES[id] ?? '' }));
      }
    } finally {
      agent.destroy();
      await app.close();
    }
  });

  it('screens of a reader may report only so often', async () => {
    const app = await serveInProcess(null, { READERS }, () => 0);
    const body = screenReport(null);
    try {
      for (const id of declaring('too-many-reports')) {
        for (let n = 0; n < REPORTS_AT_ONCE; n++) expect((await ask(app, id, { body })).status).toBe(204);
        await expectProblem('too-many-reports', id, () => ask(app, id));
      }
    } finally {
      await app.close();
    }
  });

  it('only so many coverage queries wait, exports are sent, and screens watch', async () => {
    const busy = await start();
    const note = 'x'.repeat(100_000);
    for (let n = 0; n < 60; n++) await busy.deliver(update(HERE, { note, n }));
    for (const id of declaring('coverage-busy')) {
      const stop = flood(MAX_WAITING_QUERIES + 4, () => ask(busy, id));
      await until(`${id} to find no place`, async () => codeOf(await ask(busy, id)) === 'coverage-busy');
      meet(id, 'coverage-busy');
      await stop();
    }
    const open = () =>
      new Promise<IncomingMessage>((resolve, reject) => {
        get(`${busy.url}/history`, { headers: asReader, agent: false }, resolve).once('error', reject);
      });
    const stalled = await Promise.all(Array.from({ length: MAX_EXPORTS }, open));
    for (const response of stalled) response.on('error', () => undefined);
    for (const id of declaring('too-many-exports')) {
      await expectProblem('too-many-exports', id, () => ask(busy, id, { query: '?format=csv' }));
    }
    for (const response of stalled) response.destroy();
    const streams: EventStream[] = [];
    for (const [path, most] of [
      ['/locations/quiet/live', MAX_LIVE_CLIENTS],
      ['/overview/live', MAX_OVERVIEW_CLIENTS],
    ] as const) {
      for (let opened = 0; opened < most; opened += 50) {
        const some = Array.from({ length: 50 }, () => openEventStream(`${busy.url}${path}`, asReader));
        streams.push(...(await Promise.all(some)));
      }
    }
    for (const id of declaring('too-many-screens')) await expectProblem('too-many-screens', id, () => ask(busy, id));
    for (const stream of streams) stream.close();
  });

  it('only so many followers wait, and there are only so many consumers', async () => {
    const followed = await start();
    await followed.deliver(update(HERE));
    for (let n = 0; n < MAX_CONSUMERS; n++) {
      const { status } = await ask(followed, 'setConsumer', { at: `/consumers/consumer-${String(n)}` });
      expect(status).toBe(201);
    }
    const { next } = (await ask(followed, 'followFeed')).json as FeedPage;
    // Streams, because polls would be answered after a while.
    const headers = { ...asReader, Accept: 'text/event-stream' };
    const streams = Array.from({ length: MAX_FOLLOWERS }, () =>
      get(`${followed.url}/feed?after=${next}`, { headers, agent: false }).on('error', () => undefined),
    );
    await until('all to wait', async () => {
      const { text } = await followed.get('/metrics');
      return text.includes(`ticket_rail_feed_followers ${String(MAX_FOLLOWERS)}\n`);
    });
    for (const id of declaring('too-many-followers')) {
      await expectProblem('too-many-followers', id, () =>
        ask(followed, id, { query: id === 'followFeed' ? `?after=${next}&wait=1` : '' }),
      );
    }
    for (const stream of streams) stream.destroy();
  });

  it('a delivery for which the queue has no room is not taken', async () => {
    const held = holdOrders(createMemoryStore({ now: Date.now }));
    const app = await serveInProcess(held.store);
    try {
      const body = Buffer.from(JSON.stringify(bulky(HERE)));
      const record = createRecorder(held.store, new Admission());
      const quarantine = createQuarantine({
        store: held.store,
        record,
        admission: new Admission(),
        newId: randomUUID,
        now: Date.now,
      });
      const { quarantineId } = (await quarantine.keep(body, null, [], {
        receivedAt: '2026-01-01T00:00:00.000Z',
        bodySha256: 'f'.repeat(64),
        bodyBytes: body.length,
        signedWith: null,
        requestId: '00000000-0000-4000-8000-000000000000',
      })) as { readonly quarantineId: number | string };
      await fillQueue(app, held);
      for (const id of declaring('overloaded')) {
        const question = () =>
          id === 'handleOrder'
            ? app.deliver(bulky(HERE))
            : ask(app, id, { at: `/quarantine/${String(quarantineId)}/redrive`, token: null });
        await expectProblem('overloaded', id, question);
      }
    } finally {
      held.fail();
      await app.close();
    }
  });

  it('every declared problem of every operation was met, but for the one that only a defect is answered with', () => {
    const declared = [...OPERATIONS].map(([id, { problems }]) => [
      id,
      problems.filter((code) => code !== 'internal-error'),
    ]);
    expect([...OPERATIONS.keys()].map((id) => [id, [...(met.get(id) ?? [])].sort()])).toEqual(declared);
    for (const { problems } of OPERATIONS.values()) expect(problems).toContain('internal-error');
  });
});

/** Spoils the first half of the pages that hold events, as a disk may, in a file that nobody has open. */
function damage(file: string): void {
  const { pages, size } = withDatabase(file, (db) => ({
    pages: db
      .prepare<[], number>("SELECT pageno FROM dbstat WHERE name = 'events' AND pagetype = 'leaf' ORDER BY path")
      .pluck()
      .all(),
    size: db.pragma('page_size', { simple: true }) as number,
  }));
  const descriptor = openSync(file, 'r+');
  for (const page of pages.slice(0, pages.length / 2)) {
    writeSync(descriptor, Buffer.alloc(size, 0xff), 0, size, (page - 1) * size);
  }
  closeSync(descriptor);
}
