import { collectEvidence, type EvidenceLimits } from '../../../../services/audit/evidence/collect-evidence';
import { makeBundle } from '../../../../services/audit/evidence/make-bundle';
import { inTurns, type Steps } from '../../../../services/audit/evidence/steps';
import { evidenceSteps } from '../../../../services/audit/evidence/write-evidence';
import type { EventStore } from '../../../../services/event-store/event-store';
import { KEY, NOTHING_SIGNED, recordedOrder, type Reported } from './recorded-order';

const LIMITS: EvidenceLimits = { events: 1_000, characters: 1_000_000 };
const LARGE = 'x'.repeat(250_000);
const OPTIONS = {
  key: KEY,
  secrets: [],
  checkpoints: [],
  proof: null,
  locationName: 'Harbour Street',
  signed: NOTHING_SIGNED,
  timeZone: 'UTC',
  version: '1.2.3',
  code: 'code',
  exportedAt: '2026-11-22T00:00:00.000Z',
};

/** How many events of a store are read. */
function counted(store: EventStore): { readonly store: EventStore; readonly read: () => number } {
  let read = 0;
  async function* readStream(...asked: Parameters<EventStore['readStream']>) {
    for await (const event of store.readStream(...asked)) {
      read += 1;
      yield event;
    }
  }
  return { store: { ...store, readStream }, read: () => read };
}

const tiny = (count: number): Reported[] => Array.from({ length: count }, (_, n) => ({ fields: { n } }));

describe('the reading of an order for evidence', () => {
  it.each<[string, readonly Reported[]]>([
    ['data', Array.from({ length: 20 }, (_, n) => ({ fields: { note: LARGE, n } }))],
    ['a driver that each reading repeats', [{ fields: { driver_details: { name: LARGE } } }, ...tiny(20)]],
    [
      'what stood beside the data',
      Array.from({ length: 20 }, (_, n) => ({ fields: { n }, receipt: { envelope: { note: LARGE } } })),
    ],
    [
      'the body as it came',
      Array.from({ length: 20 }, (_, n) => {
        return { fields: { n }, receipt: { arrival: { headers: [], body_base64: LARGE } } };
      }),
    ],
    ['white space that the page shows', tiny(20).map((_, n) => ({ fields: { n, note: nested(10_000) } }))],
  ])('the reading of evidence ends as soon as it is of more characters than it may be: %s', async (_, reports) => {
    const { store, read } = counted(await recordedOrder(reports));
    expect(await collectEvidence(store, KEY, LIMITS)).toEqual({ kind: 'too_large' });
    expect(read()).toBeLessThanOrEqual(6);
    expect(await collectEvidence(store, KEY)).toMatchObject({ kind: 'collected' });
  });

  it('evidence within the limits makes a bundle that is not many times as long as it may be', async () => {
    const store = await recordedOrder([
      { fields: { driver_details: { name: 'Omar', note: 'x'.repeat(10_000) } } },
      ...tiny(80),
    ]);
    const collected = await collectEvidence(store, KEY, LIMITS);
    if (collected.kind !== 'collected') throw new Error(collected.kind);
    const bundle = makeBundle({ ...OPTIONS, evidence: collected.evidence, withheld: false });
    expect(bundle.length).toBeGreaterThan(80 * 10_000);
    expect(bundle.length).toBeLessThan(3 * LIMITS.characters);
  });

  it('the reading of evidence ends when it is not wanted any more', async () => {
    const { store, read } = counted(await recordedOrder(tiny(200)));
    let turns = 0;
    expect(await collectEvidence(store, KEY, LIMITS, () => (turns += 1) < 2)).toEqual({ kind: 'unwanted' });
    expect(read()).toBeLessThan(100);
  });
});

describe('the making of a bundle in steps', () => {
  it('contacts are withheld a step for each event, too, and in turns a bundle is the same as at once', async () => {
    const collected = await collectEvidence(await recordedOrder(tiny(100)), KEY);
    if (collected.kind !== 'collected') throw new Error(collected.kind);
    const stepsOf = (withheld: boolean): Steps<string> => evidenceSteps({ ...OPTIONS, withheld }, collected.evidence);
    const [shown, withheld] = [false, true].map((which) => [...stepsOf(which)].length);
    // There is a step more for each event, and none for its row of hashes.
    expect(withheld).toBe(shown);
    expect(withheld).toBeGreaterThan(200);
    expect(await inTurns(stepsOf(false), () => true)).toBe(
      makeBundle({ ...OPTIONS, withheld: false, evidence: collected.evidence }),
    );
  });

  it('no more steps are taken once their result is not wanted any more', async () => {
    let taken = 0;
    function* steps(): Steps<string> {
      for (; taken < 1_000; taken += 1) yield;
      return 'made';
    }
    let turns = 0;
    expect(await inTurns(steps(), () => (turns += 1) < 3)).toBeNull();
    expect(taken).toBeLessThan(100);
  });
});

/** @returns a list of so many items, as deep within others as a delivery may be. */
function nested(items: number): unknown {
  let value: unknown = Array.from({ length: items }, () => 0);
  for (let level = 0; level < 25; level += 1) value = [value];
  return value;
}
