import { webcrypto } from 'node:crypto';
import { resolve } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { createProgram } from 'typescript';
import type * as Client from '../../clients/typescript/ticket-rail-client';
import { pauseMs, retryAfterMs, verifyDelivery } from '../../clients/typescript/ticket-rail-client';
import type { FeedFact, FeedOrder, FeedRemoval } from '../../schemas/api/feed';
import type { Order } from '../../schemas/api/order-view';

/** The client for TypeScript, as far as it asks nobody. */

const OLD = `whsec_${Buffer.from('an older secret of 24 ch').toString('base64')}`;
const NEW = `whsec_${Buffer.from('a newer secret of 24 chs').toString('base64')}`;
const NOW = Date.parse('2026-11-21T18:04:05.000Z');
const BODY = '{"type":"order.updated","data":{"order_id":"ünï"}}';

/** Headers as a destination gets them. */
function signed(secrets: readonly string[], { at = NOW, id = 'msg_1', body = BODY } = {}): ReadonlyMap<string, string> {
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, new Date(at), body));
  return new Map([
    ['webhook-id', id],
    ['webhook-timestamp', String(Math.floor(at / 1_000))],
    ['webhook-signature', signatures.join(' ')],
  ]);
}

const verify = (headers: ReadonlyMap<string, string>, secrets = [NEW, OLD], body: string | Uint8Array = BODY) =>
  verifyDelivery({ secrets, header: (name) => headers.get(name), body, now: NOW, subtle: webcrypto.subtle });

describe('verifyDelivery', () => {
  it('a delivery that the library of Standard Webhooks signed is authentic, as text and as bytes', async () => {
    const headers = signed([NEW]);
    expect(await verify(headers)).toEqual({ authentic: true, id: 'msg_1' });
    expect(await verify(headers, [NEW], new TextEncoder().encode(BODY))).toEqual({ authentic: true, id: 'msg_1' });
  });

  it('while a secret is rotated, a delivery is authentic with either of the two', async () => {
    expect(await verify(signed([OLD]))).toMatchObject({ authentic: true });
    expect(await verify(signed([OLD, NEW]), [NEW])).toMatchObject({ authentic: true });
  });

  it.each<[string, ReadonlyMap<string, string>, string, string]>([
    ['with a changed body', signed([NEW]), `${BODY} `, 'no-match'],
    ['signed with a secret that is not known', signed([`whsec_${btoa('x'.repeat(24))}`]), BODY, 'no-match'],
    ['with another id', new Map([...signed([NEW]), ['webhook-id', 'msg_2']]), BODY, 'no-match'],
    [
      'with a signature of another version',
      new Map([...signed([NEW]), ['webhook-signature', 'v2,AAAA']]),
      BODY,
      'no-match',
    ],
    [
      'with a signature that is no base64',
      new Map([...signed([NEW]), ['webhook-signature', 'v1,*']]),
      BODY,
      'no-match',
    ],
    ['without headers', new Map(), BODY, 'no-headers'],
    ['with a time that is no number', new Map([...signed([NEW]), ['webhook-timestamp', 'now']]), BODY, 'no-headers'],
    ['of six minutes ago', signed([NEW], { at: NOW - 360_000 }), BODY, 'too-old'],
    ['of six minutes ahead', signed([NEW], { at: NOW + 360_000 }), BODY, 'too-new'],
  ])('a delivery %s is not authentic', async (_what, headers, body, reason) => {
    expect(await verify(headers, [NEW, OLD], body)).toEqual({ authentic: false, reason });
  });

  it('a secret that cannot be read verifies nothing, and keeps no other from verifying', async () => {
    expect(await verify(signed([NEW]), ['whsec_*', ''])).toMatchObject({ authentic: false });
    expect(await verify(signed([NEW]), ['whsec_*', NEW])).toMatchObject({ authentic: true });
  });
});

describe('pauses', () => {
  it('pauses double up to half a minute, and half of each is left to chance', () => {
    const longest = Array.from({ length: 9 }, (_, before) => pauseMs(before + 1, 1, null));
    expect(longest).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(pauseMs(3, 0, null)).toBe(1_000);
  });

  it('a pause is never shorter than what the service asks for', () => {
    expect(pauseMs(1, 0, 60_000)).toBe(60_000);
    expect(pauseMs(9, 1, 1_000)).toBe(30_000);
  });

  it.each<[string | null, number | null]>([
    ['7', 7_000],
    ['Sat, 21 Nov 2026 18:05:05 GMT', 60_000],
    ['Sat, 21 Nov 2026 18:00:00 GMT', 0],
    ['soon', null],
    [null, null],
  ])('the Retry-After %s means %s milliseconds', (value, ms) => {
    expect(retryAfterMs(value, NOW)).toBe(ms);
  });
});

it('the models of the client take what the schemas of the service give', () => {
  // It fails by not compiling.
  const order = (one: Order): Client.Order => one;
  const fact = (one: FeedFact): Client.ItemOf<'events'> => one;
  const state = (one: FeedOrder): Client.ItemOf<'orders'> => one;
  const removal = (one: FeedRemoval): Client.ItemOf<'events'> & Client.ItemOf<'orders'> => one;
  expect([order, fact, state, removal]).toHaveLength(4);
});

it('the file of the client, copied beside a program, is nothing that Node.js cannot run by leaving out types', () => {
  const file = resolve(__dirname, '../../clients/typescript/ticket-rail-client.ts');
  // Of this file alone: what it stands on is not what is asked for.
  const program = createProgram([file], { erasableSyntaxOnly: true, noLib: true, noResolve: true, types: [] });
  const NOT_ERASABLE = 1294;
  const found = program.getSemanticDiagnostics(program.getSourceFile(file)).filter(({ code }) => code === NOT_ERASABLE);
  expect(found.map(({ start }) => start)).toEqual([]);
});
