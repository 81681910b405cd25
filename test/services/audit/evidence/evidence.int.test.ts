import { rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { orderKey, type OrderKey } from '../../../../schemas/order-key';
import type { CheckpointPage } from '../../../../schemas/api/checkpoint';
import type { AccessPage } from '../../../../schemas/api/access';
import { MAX_LARGE_READS_PER_READER } from '../../../../services/access/read-guard';
import { BUNDLES_AT_ONCE, MAX_EVIDENCE_EVENTS } from '../../../../services/audit/evidence-route';
import { orderPath, problem, problemOf, update } from '../../../support/deliveries';
import { pastLog } from '../../../support/past-log';
import { until } from '../../../support/patience';
import {
  type Answer,
  bearer,
  begin,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../../support/running-service';
import { ticketRail } from '../support';

/** `GET /locations/{l}/orders/{o}/evidence` of the running service. */

const key = (order_id: string): OrderKey => orderKey('disputes', order_id);
const DISPUTED = key('a/b');
const LONG = key('long');
const CONTACTS = ['+15550104711', 'code-12', 'passcode-7777'] as const;
const [number, code, passcode] = CONTACTS;
const OMAR = { source: 'uber', name: 'Omar Haddad', phone: { number, code }, passcode };
const BEGUN = Date.parse('2026-11-21T22:05:00.000Z');

const directory = temporaryDirectory();
let service: RunningService;
beforeAll(async () => {
  const long = Array.from({ length: MAX_EVIDENCE_EVENTS }, (_, n) => {
    return { key: LONG, at: BEGUN + n, fields: { status: 'in_progress', n } };
  });
  const DATA_DIR = await pastLog([
    { key: DISPUTED, at: BEGUN, fields: { status: 'in_progress', driver_details: OMAR } },
    { key: DISPUTED, at: BEGUN + 1_000, fields: { delivery_status: 'arrived_at_pickup', driver_details: OMAR } },
    ...long,
  ]);
  const READERS = JSON.stringify([entryOf(READER_TOKEN, 'auditor'), entryOf(OPERATOR_TOKEN, 'operator')]);
  service = await startService({ DATA_DIR, READERS, CHECKPOINT_SECONDS: '1' });
  await until('a signed checkpoint', async () => {
    const { json } = await service.call('/checkpoints', { headers: bearer(READER_TOKEN) });
    return (json as CheckpointPage).checkpoints.length > 0;
  });
});
afterAll(async () => {
  await discard(service);
  rmSync(directory, { recursive: true });
});

const ask = (of: OrderKey, query = '', token = READER_TOKEN): Promise<Answer> =>
  service.call(orderPath(of, `/evidence${query}`), { headers: bearer(token) });

/** What `ticket-rail verify` says of an answer, once it is saved. */
async function verified({ text }: Answer) {
  const file = join(directory, 'saved.html');
  writeFileSync(file, text);
  const { code: ended, stdout } = await ticketRail(['verify', file]);
  return { ended, stdout };
}

describe('the evidence of an order from the service', () => {
  it('the evidence is a file to save that runs nothing, holds the newest checkpoints, and verifies', async () => {
    const answer = await ask(DISPUTED, '?time_zone=America/New_York');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-disposition': expect.stringMatching(
        /^attachment; filename="ticket-rail-disputes-a_b-\w+\.evidence\.html"$/,
      ) as string,
      'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      'cache-control': 'no-store',
    });
    for (const shown of [...CONTACTS, '2026-11-21 17:05:01 UTC-05:00', '"signature"']) {
      expect(answer.text).toContain(shown);
    }
    expect(await verified(answer)).toEqual({ ended: 0, stdout: expect.stringContaining('holds: 2 events') as string });
  });

  it('the evidence is without contacts by choice, and always for a reader who does not see them', async () => {
    const asked = [
      await ask(DISPUTED, '?contacts=withheld'),
      await ask(DISPUTED, '', OPERATOR_TOKEN),
      await ask(DISPUTED, '?contacts=shown', OPERATOR_TOKEN),
    ];
    for (const answer of asked) {
      expect(answer.status).toBe(200);
      expect(answer.headers['content-disposition']).toMatch(/Z\.withheld\.evidence\.html"$/);
      for (const secret of [...CONTACTS, '"signature"']) expect(answer.text).not.toContain(secret);
      expect(answer.text).toContain('Omar Haddad');
      expect(await verified(answer)).toEqual({ ended: 3, stdout: expect.stringContaining('(WITHHELD)') as string });
    }
  });

  it('the evidence is of as many events as it takes, and of one more there is none', async () => {
    const answer = await ask(LONG);
    expect(answer.status).toBe(200);
    const holds = expect.stringContaining(`holds: ${MAX_EVIDENCE_EVENTS.toLocaleString('en')} events`) as string;
    expect(await verified(answer)).toEqual({ ended: 0, stdout: holds });
    expect((await service.deliver(update(LONG, { note: 'one more' }))).status).toBe(200);
    expect(problemOf(await ask(LONG))).toEqual(problem(422, 'evidence-too-large'));
  });

  it('the evidence of nothing, or by what is no parameter, is none', async () => {
    expect(problemOf(await ask(key('none')))).toEqual(problem(404, 'order-not-found'));
    for (const query of ['?time_zone=Mars/Olympus', '?contacts=some', '?x=1']) {
      expect(problemOf(await ask(DISPUTED, query))).toEqual(problem(400, 'invalid-parameter'));
    }
  });
});

describe('evidence that clients do not take', () => {
  const LEAVER = 'leaver-0123456789abcdef';
  const large = key('large');
  const waiting = Array.from({ length: MAX_LARGE_READS_PER_READER - BUNDLES_AT_ONCE }, (_, n) => key(`w${String(n)}`));

  it('evidence waits while slow clients have its places, and who has gone or may not read any more is neither served nor recorded', async () => {
    const file = join(directory, 'readers.json');
    const write = (...tokens: string[]): void => {
      writeFileSync(file, JSON.stringify(tokens.map((token) => entryOf(token, 'auditor'))));
    };
    write(READER_TOKEN, LEAVER);
    // More than the system keeps of an answer for a client that does not read it.
    const note = `${'x'.repeat(90_000)}${'<'.repeat(10_000)}`;
    const DATA_DIR = await pastLog([
      ...Array.from({ length: 70 }, (_, n) => ({ key: large, at: BEGUN + n, fields: { n, note } })),
      ...[DISPUTED, ...waiting].map((of) => ({ key: of, at: BEGUN, fields: {} })),
    ]);
    const slow = await startService({ DATA_DIR, READERS: '', READERS_FILE: file });
    const headers = bearer(READER_TOKEN);
    const open = (of: OrderKey, taken: (response: IncomingMessage) => void) =>
      get(`${slow.url}${orderPath(of, '/evidence')}`, { headers, agent: false }, taken).on('error', () => undefined);
    /** What takes a place among the large reads for a moment. */
    const probe = async (): Promise<number> =>
      (await slow.call(`/locations/${DISPUTED.location_id}/orders?limit=200`, { headers })).status;
    try {
      const stalled = await Promise.all(
        Array.from({ length: BUNDLES_AT_ONCE }, () => {
          return new Promise<IncomingMessage>((resolve) => open(large, resolve));
        }),
      );
      for (const response of stalled) response.on('error', () => undefined);
      const left = begin(slow.url, orderPath(DISPUTED, '/evidence'), { headers: bearer(LEAVER) });
      left.request.end();
      let served = 0;
      const requests = waiting.map((of) => open(of, () => (served += 1)));
      await until('all to wait', async () => (await probe()) === 503);
      for (const request of requests) request.destroy();
      await until('those who have gone to be noticed', async () => (await probe()) === 200);
      write(READER_TOKEN);
      await until('the reader to be out', async () => {
        return (await slow.call('/session', { headers: bearer(LEAVER) })).status === 401;
      });
      for (const response of stalled) response.destroy();
      expect(problemOf(await left.answer)).toEqual(problem(401, 'reader-not-authentic'));
      expect((await slow.call(orderPath(DISPUTED, '/evidence'), { headers })).status).toBe(200);
      expect(served).toBe(0);
      const { accesses } = (await slow.call('/access?limit=100', { headers })).json as AccessPage;
      const exported = accesses.flatMap((one) =>
        one.what === 'export' ? [`${one.reader} ${one.order_id ?? ''}`] : [],
      );
      const name = READER_TOKEN.slice(0, 20);
      expect([...new Set(exported)].sort()).toEqual([`${name} a/b`, `${name} large`]);
    } finally {
      await discard(slow);
    }
  });
});
