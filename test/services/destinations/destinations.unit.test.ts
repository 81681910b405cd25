import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { type DestinationEntry, parseDestinations } from '../../../schemas/destinations';
import type { FeedItem } from '../../../schemas/api/feed';
import { locationId, orderId } from '../../../schemas/order-key';
import { wants } from '../../../services/destinations/filter';
import { webhookHeaders } from '../../../services/destinations/thread/standard-webhooks';
import {
  type AttemptOutcome,
  judge,
  MAX_RETRY_AFTER_MS,
  PARKED_AFTER_MS,
  retryAfterMs,
  RETRY_PAUSES,
} from '../../../services/destinations/verdict';
import { OTHER_SECRET, SECRET } from './support';

const NOW = Date.parse('2026-11-28T12:00:00Z');

describe('signatures', () => {
  it('the example of Standard Webhooks comes out as it is written there', () => {
    const body = Buffer.from('{"test": 2432232314}');
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body };
    expect(webhookHeaders(message, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('of two live secrets either verifies, and another does not', () => {
    const body = Buffer.from('{"name":"Žofie"}');
    const headers = webhookHeaders({ id: 'a:1', timestamp: Math.floor(Date.now() / 1_000), body }, [
      SECRET,
      OTHER_SECRET,
    ]);
    for (const secret of [SECRET, OTHER_SECRET]) {
      expect(new Webhook(secret).verify(body, { ...headers })).toEqual({ name: 'Žofie' });
    }
    const stranger = new Webhook(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
    expect(() => stranger.verify(body, { ...headers })).toThrow('No matching signature');
  });
});

describe('what is done after an attempt', () => {
  const about = { attempts: 1, failingMs: 0, now: NOW, chance: 0.5 };
  const answered = (status: number, retryAfter: string | null = null): AttemptOutcome => ({
    kind: 'answered',
    status,
    retryAfter,
  });

  it.each<[string, AttemptOutcome, object]>([
    ['200 delivers', answered(200), { kind: 'settled', delivered: true }],
    ['204 delivers', answered(204), { kind: 'settled', delivered: true }],
    ['a redirect is not followed', answered(301), { kind: 'retry', reason: 'status 301', all: false }],
    ['a refusal is tried again', answered(400), { kind: 'retry', reason: 'status 400' }],
    ['410 ends it', answered(410), { kind: 'gone' }],
    ['500 is tried again', answered(500), { kind: 'retry', afterMs: 750 }],
    ['429 without a time holds only its order', answered(429), { kind: 'retry', all: false }],
    ['429 with a time holds all', answered(429, '7'), { kind: 'retry', all: true, afterMs: 7_000 }],
    ['503 with a time holds its order', answered(503, '7'), { kind: 'retry', all: false, afterMs: 7_000 }],
    ['a time that is shorter than the pause changes nothing', answered(503, '0'), { kind: 'retry', afterMs: 750 }],
    ['no answer is tried again', { kind: 'failed', reason: 'ECONNREFUSED' }, { kind: 'retry', reason: 'ECONNREFUSED' }],
    ['what is there no longer is done with', { kind: 'nothing' }, { kind: 'settled', delivered: false }],
  ])('%s', (_sentence, attempt, verdict) => {
    expect(judge(attempt, about)).toMatchObject(verdict);
  });

  it('what fails for three days is parked, and not a millisecond before', () => {
    expect(judge(answered(500), { ...about, failingMs: PARKED_AFTER_MS })).toEqual({
      kind: 'parked',
      reason: 'status 500',
    });
    expect(judge(answered(500), { ...about, failingMs: PARKED_AFTER_MS - 1 }).kind).toBe('retry');
    expect(judge(answered(200), { ...about, failingMs: PARKED_AFTER_MS }).kind).toBe('settled');
  });

  it('pauses grow, are left to chance by half, and are never longer than the longest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, chance) => {
          const verdict = judge(answered(500), { ...about, attempts, chance });
          if (verdict.kind !== 'retry') throw new Error(verdict.kind);
          const full = Math.min(RETRY_PAUSES.longest, RETRY_PAUSES.first * 2 ** (attempts - 1));
          expect(verdict.afterMs).toBeGreaterThanOrEqual(full / 2);
          expect(verdict.afterMs).toBeLessThanOrEqual(full);
        },
      ),
    );
  });

  it.each([
    ['120', 120_000],
    [' 5 ', 5_000],
    ['0', 0],
    ['999999', MAX_RETRY_AFTER_MS],
    ['Sat, 28 Nov 2026 12:00:30 GMT', 30_000],
    ['Saturday, 28-Nov-26 12:00:30 GMT', 30_000],
    ['Fri, 27 Nov 2026 12:00:00 GMT', 0],
    ['Sat, 28 Nov 2099 12:00:30 GMT', MAX_RETRY_AFTER_MS],
    ['soon', null],
    ['-1', null],
    ['1.5', null],
    ['', null],
  ])('Retry-After: %s is %s ms', (value, ms) => {
    expect(retryAfterMs(value, NOW)).toBe(ms);
  });
});

describe('filters', () => {
  const fact = {
    position: '1-00000000',
    location_id: locationId('north'),
    order_id: orderId('a'),
    revision: 0,
    type: 'order.updated',
    received_at: '2026-11-28T12:00:00.000Z',
    data: {},
    stage: 'ready',
    attention: ['driver_changed'],
    source: 'Uber',
    verdict: 'advance',
  } as const satisfies Omit<Extract<FeedItem, { verdict: unknown }>, 'attention'> & { attention: readonly string[] };
  const item = fact as unknown as FeedItem;
  const removed: FeedItem = {
    position: '2-00000000',
    location_id: locationId('north'),
    order_id: orderId('a'),
    type: 'order.removed',
    received_at: fact.received_at,
  };

  it.each<[DestinationEntry['filter'], boolean]>([
    [{}, true],
    [{ location_id: ['south', 'north'] }, true],
    [{ location_id: ['south'] }, false],
    [{ source: ['uber'] }, true],
    [{ source: ['doordash'] }, false],
    [{ stage: ['ready', 'returned'] }, true],
    [{ stage: ['returned'] }, false],
    [{ attention: ['driver_changed', 'robot'] }, true],
    [{ attention: ['robot'] }, false],
    [{ type: ['order.updated'] }, true],
    [{ type: ['order.canceled'] }, false],
    [{ location_id: ['north'], source: ['uber'], stage: ['returned'] }, false],
  ])('%j lets an item through: %s', (filter, isWanted) => {
    expect(wants('events', filter, item)).toBe(isWanted);
  });

  it('that an order was removed is sent whatever its stage was, but not as bytes that never came', () => {
    expect(wants('events', { stage: ['ready'] }, removed)).toBe(true);
    expect(wants('events', { location_id: ['south'] }, removed)).toBe(false);
    expect(wants('raw', {}, removed)).toBe(false);
  });
});

describe('the file of destinations', () => {
  const one = { name: 'pos', url: 'https://pos.example.com/news?key=abc', secrets: [SECRET] };
  const faultsOf = (json: unknown): readonly string[] => {
    const parsed = parseDestinations(typeof json === 'string' ? json : JSON.stringify(json));
    return parsed.kind === 'usable' ? [] : parsed.faults;
  };
  const faultOf = (change: object): readonly string[] => faultsOf({ destinations: [{ ...one, ...change }] });

  it('a destination needs a name, a URL and a secret; the rest has its default', () => {
    expect(parseDestinations(JSON.stringify({ destinations: [one] }))).toEqual({
      kind: 'usable',
      entries: [{ ...one, view: 'events', filter: {}, allow: { addresses: [], http: false } }],
    });
    expect(parseDestinations('{"destinations":[]}')).toEqual({ kind: 'usable', entries: [] });
  });

  it.each<[object, string]>([
    [{ name: 'a b' }, 'destination 1, name: expected 1 to 50 letters, digits, dashes and underscores'],
    [{ url: 'ftp://x' }, 'destination 1, url: expected an http or https URL without user, password and fragment'],
    [
      { url: 'https://me:pw@x/' },
      'destination 1, url: expected an http or https URL without user, password and fragment',
    ],
    [
      { url: 'http://pos.example.com/' },
      'destination 1, url: begins with http: use https, or set "allow": {"http": true} where nobody listens in between',
    ],
    [{ secrets: [] }, 'destination 1, secrets: expected a list of one or two secrets'],
    [{ secrets: [SECRET, SECRET, SECRET] }, 'destination 1, secrets: expected a list of one or two secrets'],
    [{ view: 'all' }, 'destination 1, view: expected events, orders or raw'],
    [{ colour: 'red' }, 'destination 1: expected no fields but name, url, secrets, view, filter and allow'],
    [
      { filter: { city: ['Bern'] } },
      'destination 1, filter: expected no fields but location_id, source, stage, attention and type',
    ],
    [{ filter: { location_id: [] } }, 'destination 1, filter location_id: expected a list of location ids'],
    [
      { allow: { addresses: ['localhost'] } },
      'destination 1, allow addresses 1: expected IP addresses or networks, such as 10.1.2.3, 10.1.0.0/16 or fd00::/8',
    ],
  ])('%j is refused, with where and what was expected', (change, fault) => {
    expect(faultOf(change)).toEqual([fault]);
  });

  it.each(['whsec_short', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_%%%', `whsec_${'A'.repeat(100)}`])(
    'the secret %s is refused, and never repeated',
    (secret) => {
      const [fault = ''] = faultOf({ secrets: [secret] });
      expect(fault).toMatch(/^destination 1, secrets 1: expected whsec_ and 24 to 64 bytes in base64/);
      expect(fault).not.toContain(secret);
    },
  );

  it('a name may be there once, and what is no such file says what was expected', () => {
    expect(faultsOf({ destinations: [one, one] })).toEqual(['destination 2, name: the same as of destination 1']);
    expect(faultsOf('{')).toEqual(['expected JSON']);
    expect(faultsOf([one])).toEqual(['expected an object with destinations']);
    expect(faultsOf({ destinations: [one], more: 1 })).toEqual(['expected no fields but destinations']);
    expect(faultsOf({ destinations: [7] })).toEqual([
      'destination 1: expected an object with name, url, secrets, view, filter and allow',
    ]);
  });
});
