import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { orderKey, type OrderKey } from '../../../../schemas/order-key';
import type { OrderReceipts } from '../../../../schemas/api/screen-reports';
import { orderPath, update } from '../../../support/deliveries';
import { until } from '../../../support/patience';
import {
  bearer,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../../support/running-service';
import { type Ended, ticketRail } from '../support';

/** What a screen reports to the running service, in the evidence that it and the command write. Built by `npm run build` beforehand. */

const COUNTER = 'counter-of-here-0123456789';
const DISPUTED = orderKey('here', 'disputed');
const OTHER = orderKey('here', 'other-order');
const OMAR = { source: 'uber', name: 'Omar Haddad', phone: { number: '+15550104711' } };
const PARTS = ['tile', 'alarm'] as const;

const directory = temporaryDirectory();
const file = join(directory, 'evidence.html');
let service: RunningService;

const now = (): string => new Date().toISOString();
const report = (name: string, { order_id }: OrderKey) => ({
  ...{ screen_id: '0f1e2d3c4b5a69788796a5b4c3d2e1f0', name, kind: 'board', visible: true, freshness: 'live' },
  ...{ age_ms: 0, position: '2', sent_at: now() },
  receipts: PARTS.map((shown) => ({ order_id, revision: 1, shown, at: now() })),
});

/** Reports what a screen painted as a board does, and waits until it is on record. */
async function reported(name: string, key: OrderKey): Promise<void> {
  const path = `/locations/${key.location_id}/screen-reports`;
  const body = JSON.stringify(report(name, key));
  const { status } = await service.call(path, { method: 'POST', headers: bearer(COUNTER), body });
  expect(status).toBe(204);
  await until('the receipts', async () => {
    const { json } = await service.call(orderPath(key, '/receipts'), { headers: bearer(READER_TOKEN) });
    return (json as OrderReceipts).receipts.length === PARTS.length;
  });
}

beforeAll(async () => {
  const READERS = JSON.stringify([
    entryOf(READER_TOKEN, 'auditor'),
    entryOf(OPERATOR_TOKEN, 'operator'),
    { ...entryOf(COUNTER, 'screen', ['here']), name: 'counter' },
  ]);
  service = await startService({ READERS });
  for (const key of [DISPUTED, OTHER]) {
    await service.deliver(update(key, { status: 'in_progress', driver_details: OMAR }));
    await service.deliver(update(key, { delivery_status: 'arrived_at_pickup', driver_details: OMAR }));
  }
  await reported('counter 2', DISPUTED);
  await reported('drive-through', OTHER);
});
afterAll(async () => {
  await discard(service);
  rmSync(directory, { recursive: true });
});

const verified = (text: string): Promise<Ended> => {
  writeFileSync(file, text);
  return ticketRail(['verify', file]);
};
const fromService = async (token: string): Promise<string> =>
  (await service.call(orderPath(DISPUTED, '/evidence'), { headers: bearer(token) })).text;

describe('what screens report, in evidence', () => {
  it('the evidence of the service has what a screen reported of the order, and of no other order, and verifies', async () => {
    const text = await fromService(READER_TOKEN);
    expect(text).toContain('Revision 1, with which a driver was here: received');
    expect(text).toContain(
      '<strong><bdi>counter 2</bdi></strong>, signed in as <bdi>counter</bdi>: the order in view.',
    );
    for (const foreign of [OTHER.order_id, 'drive-through']) expect(text).not.toContain(foreign);
    const { code, stdout } = await verified(text);
    expect([code, stdout]).toEqual([0, expect.stringContaining('holds: 2 events.')]);
    expect(stdout).toContain('2 claims of screens are in it, that they showed the order.');
  });

  it('so has the one for a reader who sees no contacts', async () => {
    const { code, stdout } = await verified(await fromService(OPERATOR_TOKEN));
    expect([code, stdout]).toEqual([3, expect.stringContaining('(WITHHELD)')]);
    expect(stdout).toContain('2 claims of screens are in it');
  });

  it('the command writes the same claims, while the service runs', async () => {
    const { location_id, order_id } = DISPUTED;
    const out = join(directory, 'by-command.html');
    const args = ['evidence', '--location', location_id, '--order', order_id, '--out', out];
    expect(await ticketRail(args, { DATA_DIR: service.dataDir })).toMatchObject({ code: 0 });
    const claimsIn = (text: string): string => /\{"kind":"claims".*?,"line_hash"/.exec(text)?.[0] ?? 'none';
    const text = readFileSync(out, 'utf8');
    expect(claimsIn(text)).toContain('"name":"counter 2"');
    expect(claimsIn(text)).toBe(claimsIn(await fromService(READER_TOKEN)));
    expect(await verified(text)).toMatchObject({ code: 0 });
  });

  it.each([
    ['in the data', /("kind":"claims".*?"name":")counter 2/],
    ['on the page', /(signed in as <bdi>)counter/],
    ['of its time in the data', /("shown_at":"20)\d/],
  ])('evidence with another word of a claim %s is refused', async (_, part) => {
    const text = await fromService(READER_TOKEN);
    const changed = text.replace(part, '$1counter 3');
    expect(changed).not.toBe(text);
    expect(await verified(changed)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('DOES NOT HOLD') as string,
    });
  });
});
