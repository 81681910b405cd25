import { rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { repeated } from '../../support/depth';
import { patiently, until } from '../../support/patience';
import { startPos } from '../../support/pos';
import {
  call,
  discard,
  type RunningService,
  signed,
  startService,
  temporaryDirectory,
} from '../../support/running-service';
import { anyCharacter } from '../../support/any-character';

/** Taking labels out of orders, and the relay's answers. Built by `npm run build` beforehand. */

/** A file of pointers with which no label is taken. */
const NO_POINTERS = {
  number: [],
  name: [],
  items: [],
  source: [],
  brand: [],
  fulfillment_type: [],
  promised_minutes: [],
  requested_for: [],
};

const created = (fields: Readonly<Record<string, unknown>>) => ({ type: 'order.created', object: fields });

describe('relay of hostile orders', () => {
  it(
    'no order, however it is made, changes what the sender is answered by a byte',
    async () => {
      const pos = await startPos();
      const service = await startService({ RELAY_URL: pos.url });
      const directory = temporaryDirectory();
      const pointers = join(directory, 'pointers.json');
      writeFileSync(pointers, JSON.stringify(NO_POINTERS));
      const bare = await startService({ RELAY_URL: pos.url, LABEL_POINTERS_FILE: pointers });
      pos.answer = (response, { body }) => {
        response.writeHead(200, { 'Content-Type': 'application/json', 'X-Of-The-Pos': String(body.length) });
        response.end(JSON.stringify({ order: { provider_id: 'hostile' }, came: body.length }));
      };
      const agent = new Agent({ keepAlive: true, maxSockets: 32 });
      const answer = async (to: RunningService, body: string) => {
        const headers = signed(body);
        const {
          status,
          text,
          headers: back,
        } = await call(to.url, '/handle-order', { method: 'POST', headers, body }, agent);
        return { status, text, headers: { ...back, date: undefined, 'x-request-id': undefined } };
      };
      const hostile = fc.record({
        customer_facing_id: fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: anyCharacter })),
        customers: fc.oneof(
          fc.jsonValue({ maxDepth: 3 }),
          fc.array(fc.record({ name: fc.string({ unit: anyCharacter }) })),
        ),
        items: fc.jsonValue({ maxDepth: 4 }),
        requested_for: fc.oneof(fc.double(), fc.string()),
        ['__proto__']: fc.jsonValue({ maxDepth: 1 }),
      });
      // Samples, and not a property, so that many are on their way at a time.
      const bodies = fc
        .sample(hostile, repeated({ short: 1_000, all: 3_000, soak: 10_000 }))
        .map((object) => JSON.stringify(created({ ...object, location_id: 'here' })));
      const differing: string[] = [];
      for (let first = 0; first < bodies.length; first += 64) {
        await Promise.all(
          bodies.slice(first, first + 64).map(async (body, index) => {
            const one = await answer(service, body);
            // The answer of a relay without labels, of some, and of the POS itself, of all.
            const isAsItShould =
              one.status === 200 &&
              one.text === JSON.stringify({ order: { provider_id: 'hostile' }, came: Buffer.byteLength(body) });
            if (!isAsItShould) differing.push(body);
            if (index === 0 && JSON.stringify(await answer(bare, body)) !== JSON.stringify(one)) differing.push(body);
          }),
        );
      }
      agent.destroy();
      await discard(bare);
      rmSync(directory, { recursive: true });
      expect(differing).toEqual([]);
      await until('the service to be ready', async () => (await service.get('/readyz')).status === 200);
      await discard(service);
      await pos.close();
    },
    patiently(180_000),
  );
});
