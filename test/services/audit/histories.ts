import fc from 'fast-check';
import { hash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { parseJson } from '../../../schemas/json/exact-json';
import { openSqliteStore } from '../../../services/event-store/sqlite/sqlite-store';
import { openReadableStore } from '../../../services/event-store/open';
import { exportEvents, type ExportFormat } from '../../../services/audit/export/export-events';
import type { Selection } from '../../../services/audit/export/select-events';
import { Admission } from '../../../services/handle-order/record/admission';
import type { Envelope } from '../../../services/handle-order/receive/parse-delivery';
import { createQuarantine } from '../../../services/handle-order/quarantine/quarantine';
import { createRecorder } from '../../../services/handle-order/record/record-update';
import { orderStream } from '../../../schemas/events/order-events';
import { orderKey, type OrderKey } from '../../../schemas/order-key';
import type { Verified } from '../../../services/audit/verify/verified';
import { verifySqliteStore } from '../../../services/audit/verify/verify-store';
import { temporaryDirectory } from '../../support/running-service';
import { update } from '../../support/deliveries';
import { anyCharacter } from '../../support/any-character';

/** Random histories, put into a real log by the real recorder. */

export type Step =
  | {
      readonly kind: 'deliver';
      readonly order: number;
      readonly fields: Readonly<Record<string, unknown>>;
      readonly envelope?: Envelope | null;
    }
  | { readonly kind: 'quarantine'; readonly body: string }
  | { readonly kind: 'delete'; readonly order: number };

const order = fc.nat(3);
const text = fc.oneof(fc.string({ unit: anyCharacter }), fc.constantFrom('\uFFFD', 'é', '\u001f', '=1+1', '</script>'));
const number = fc.oneof(
  fc.constantFrom(0.30000000000000004, 1e21, -0),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom('1894721983472198341', '1e400', '9007199254740993.10').map(parseJson),
);
const deliver: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('deliver'),
  order,
  fields: fc.record({
    status: fc.constantFrom('in_progress', 'ready_for_pickup', 'out_for_delivery', 'completed'),
    note: text,
    number,
    driver_details: fc.option(fc.record({ name: text, passcode: fc.string() }), { nil: null }),
  }),
  envelope: fc.option(fc.record({ event_id: number, sent_to: fc.record({ phone: text }) }) as fc.Arbitrary<Envelope>, {
    nil: null,
  }),
});
export const steps = (minLength = 1): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 8, arbitrary: deliver },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('quarantine'), body: fc.string() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), order }) },
    ),
    { minLength, maxLength: 14 },
  );

export const keyOf = (index: number): OrderKey => orderKey(`location ${String(index % 2)}`, `é${String(index)}`);

/** @returns the directory of a store that holds what the steps did. */
export async function makeStore(history: readonly Step[]): Promise<string> {
  const directory = temporaryDirectory();
  let now = Date.UTC(2026, 0, 1);
  const clock = (): number => (now += 1_000);
  const store = await openSqliteStore({ file: join(directory, 'events.sqlite'), now: clock });
  const record = createRecorder(store, new Admission());
  const quarantine = createQuarantine({ store, record, admission: new Admission(), newId: randomUUID, now: clock });
  const receipt = (body: string) => ({
    receivedAt: new Date(clock()).toISOString(),
    bodySha256: hash('sha256', body, 'hex'),
    bodyBytes: body.length,
    signedWith: 'a1b2c3d4e5f60718',
    requestId: randomUUID(),
  });
  for (const step of history) {
    if (step.kind === 'delete') {
      await store.deleteStream(orderStream(keyOf(step.order)), 'any', 'soft');
    } else if (step.kind === 'quarantine') {
      await quarantine.keep(Buffer.from(step.body), 'application/json', [], receipt(step.body));
    } else {
      const delivery = update(keyOf(step.order), step.fields);
      const from = { ...receipt(JSON.stringify(delivery)), envelope: step.envelope ?? null };
      await record(delivery as Parameters<typeof record>[0], from);
    }
  }
  await store.close();
  return directory;
}

export const EVERYTHING: Selection = {
  scope: { location_id: null, order_id: null, streams: 'all' },
  from: null,
  to: null,
};

export async function exportOf(
  directory: string,
  selection = EVERYTHING,
  format: ExportFormat = 'ndjson',
  withhold: Parameters<typeof exportEvents>[0]['withhold'] = null,
): Promise<string> {
  const store = await openReadableStore({ url: null, logFile: join(directory, 'events.sqlite') });
  let written = '';
  const options = { store, selection, format, withhold, version: '1.2.3', exportedAt: '2026-01-02T00:00:00.000Z' };
  for await (const chunk of exportEvents(options)) written += chunk;
  await store.close();
  return written;
}

export const csvOf = (directory: string): Promise<string> => exportOf(directory, EVERYTHING, 'csv');

/** An export in CSV as versions up to 0.2 wrote it, without a column for what was cut, and its manifest beside it. */
export async function earlierCsvOf(directory: string): Promise<{ readonly rows: string; readonly beside: string }> {
  const sha256 = (text: string): string => hash('sha256', text, 'hex');
  const [header = '', ...texts] = (await csvOf(directory)).split(/(?<="\r\n)/);
  let rows = header.replace(',"cut"', '');
  let last = sha256(rows);
  for (const text of texts.slice(0, -1)) {
    const cells = text.replace(/,"","[0-9a-f]{64}"\r\n$/, '');
    last = sha256(last + cells);
    rows += `${cells},"${last}"\r\n`;
  }
  const said = /"(\{""kind"":""manifest"".*\})"/.exec(texts.at(-1) ?? '')?.[1] ?? '';
  const manifest = { ...(JSON.parse(said.replaceAll('""', '"')) as object), sha256: sha256(rows) };
  const body = JSON.stringify(manifest).slice(0, -1);
  return { rows, beside: `${body},"line_hash":"${sha256(last + body)}"}\n` };
}

export const WATCH = { onProgress: () => undefined, onResumable: () => undefined };

export const verifyStoreIn = (
  directory: string,
  checks: Parameters<typeof verifySqliteStore>[1]['checks'] = [],
): Promise<Verified> =>
  verifySqliteStore(join(directory, 'events.sqlite'), { subject: '', checks, seed: 7, resume: null, watch: WATCH });
