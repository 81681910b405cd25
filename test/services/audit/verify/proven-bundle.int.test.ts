import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { orderStream } from '../../../../schemas/events/order-events';
import { streamName } from '../../../../schemas/events/stream-name';
import { openKeyOf } from '../../../../services/audit/checkpoints/checkpoint-signer';
import { type OrderProof, signedEvidence } from '../../../../services/audit/checkpoints/proofs';
import { splitBundle } from '../../../../services/audit/evidence/bundle';
import { evidenceCode } from '../../../../services/audit/evidence/evidence-code';
import { makeBundle } from '../../../../services/audit/evidence/make-bundle';
import { OrderReader } from '../../../../services/audit/evidence/read-order';
import { formatInclusion } from '../../../../services/audit/merkle/inclusion-text';
import { signNote } from '../../../../services/audit/merkle/sign-note';
import { checkpointText } from '../../../../services/audit/merkle/signed-note';
import { leafHashOf, TreeBuilder } from '../../../../services/audit/merkle/tree';
import { checkBundleProof } from '../../../../services/audit/verify/bundle/bundle-proof';
import { verdictOf } from '../../../../services/audit/verify/verified';
import { verifyBundle } from '../../../../services/audit/verify/bundle/verify-bundle';
import { parseMembers } from '../../../../services/audit/verify/line-members';
import { type EventStore, positionOf, type RecordedEvent } from '../../../../services/event-store/event-store';
import { leafOf } from '../../../../services/event-store/seal/log-hash';
import { contentHash, eventHash } from '../../../../services/event-store/seal/seal';
import { cases } from '../../../support/depth';
import { temporaryDirectory } from '../../../support/running-service';
import { KEY, recordedOrder, type Reported } from '../evidence/recorded-order';
import { placeIn, signOnce } from '../support';

/** Evidence with a proof by a signed note. */

let directory: string;
beforeAll(() => {
  directory = temporaryDirectory();
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});
const place = () => placeIn(directory);
const CODE = evidenceCode();
const REPORTS: readonly Reported[] = [
  { fields: { delivery_status: 'enroute_to_pickup', driver_details: { name: 'Jane' } } },
  { fields: { delivery_status: 'arrived_at_pickup' } },
  { fields: { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' } },
];

async function eventsOf(store: EventStore): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of store.readStream(orderStream(KEY))) events.push(event);
  return events;
}

type Signed = ReturnType<typeof signedEvidence>;
const NOTHING = { checkpoints: [] };

function bundleOf(
  events: readonly RecordedEvent[],
  proof: OrderProof | null,
  { checkpoints }: Pick<Signed, 'checkpoints'>,
): string {
  const reader = new OrderReader(KEY);
  for (const event of events) reader.add(event);
  return makeBundle({
    key: KEY,
    evidence: { ...reader.read, shown: null },
    secrets: [],
    checkpoints,
    proof,
    withheld: false,
    locationName: null,
    timeZone: 'UTC',
    version: '1.2.3',
    code: CODE,
    exportedAt: '2026-11-22T00:00:00.000Z',
  });
}

let events: readonly RecordedEvent[];
let signed: Signed;
let bundle: string;
beforeAll(async () => {
  const store = await recordedOrder(REPORTS);
  await signOnce(store, place());
  events = await eventsOf(store);
  signed = signedEvidence(place());
  bundle = bundleOf(events, await signed.prove(events), signed);
});
const key = () => createPublicKey(openKeyOf(place()).publicPem);
const verify = (text: string | Buffer, publicKey = key()) => verifyBundle(Buffer.from(text), 7, () => CODE, publicKey);

describe('evidence with a proof by a signed note', () => {
  it('the proof verifies with the key of the log, and a sentence says of what', () => {
    const result = verify(bundle);
    expect([verdictOf(result), result.faults]).toEqual(['holds', []]);
    expect(result.notes.join('\n')).toMatch(
      /The event at position \d+ is number 3 of the 3 in the log "ticket-rail\/[0-9a-f]{16}\/[0-9a-f]{16}": (1 hash proves|\d hashes prove) it, with a note signed by the key [0-9a-f]{16}\. With it, the chain proves the 2 events before it\./,
    );
    expect(bundle).toContain('c2sp.org/tlog-proof@v1');
    expect(bundle).toContain(`That the events up to position ${events.at(-1)?.position ?? ''} were in a log`);
    expect(bundle).not.toContain('another event at position');
  });

  it('without a key it is said that who signed the note was not verified, and with another key the proof does not hold', () => {
    const unknown = verifyBundle(Buffer.from(bundle), 7, () => CODE, null);
    expect(verdictOf(unknown)).toBe('holds');
    expect(unknown.notes.join('\n')).toContain('Who signed the note was not verified');
    expect(unknown.notes.join('\n')).not.toMatch(/prove it|the chain proves/);
    const { faults } = verify(bundle, generateKeyPairSync('ed25519').publicKey);
    expect(faults.map(({ detail }) => detail)).toContain('the note of the proof is not signed by the key');
  });

  it('events that came later than the note are said to be none of its business', async () => {
    const store = await recordedOrder([...REPORTS, { fields: { status: 'completed' } }]);
    const later = await eventsOf(store);
    const result = verify(bundleOf(later, await signed.prove(later), signed));
    expect(result.faults).toEqual([]);
    expect(result.notes.join('\n')).toContain('The note says nothing of 1 later event.');
  });

  it('events that were changed, with all hashes and the page made anew, do not fit the proof', async () => {
    let previous: string | null = null;
    const forged = events.map((event) => {
      const data = { ...(event.data as object), status: 'canceled' };
      const { event_hash: _hash, ...metadata } = event.metadata as Record<string, string | null>;
      metadata['content_hash'] = contentHash({ type: event.type, object: data });
      metadata['previous_hash'] = previous;
      previous = eventHash({ ...event, metadata });
      return { ...event, data, metadata: { ...metadata, event_hash: previous } };
    });
    const withProof = verify(bundleOf(forged, await signed.prove(events), { ...signed, checkpoints: [] }));
    expect(withProof.faults.map(({ detail }) => detail)).toEqual([
      'the proof does not lead from its event to the signed note in it',
    ]);
    expect(await signed.prove(forged)).toEqual(await signed.prove(events));
    expect(bundleOf(forged, await signed.prove(events), NOTHING)).toContain('The log has another event at position');
    expect(verdictOf(verify(bundleOf(forged, null, { ...signed, checkpoints: [] })))).toBe('holds');
  });

  it('events of another order that were put in are a fault, and the chain is not said to prove them', async () => {
    const other = await eventsOf(await recordedOrder(REPORTS));
    const moved = other.map((event, index) => ({
      ...event,
      stream: streamName('order-elsewhere:o'),
      position: positionOf(index + 1),
    }));
    const later = events.map((event) => ({ ...event, position: positionOf(Number(event.position) + 10) }));
    const tree = new TreeBuilder();
    const leaves = later.map((event) => leafHashOf(leafOf(event)));
    for (const leaf of leaves) tree.append(leaf);
    const keys = generateKeyPairSync('ed25519');
    const signer = { name: 'rail.example/log', type: 'note', ...keys } as const;
    const note = signNote(checkpointText({ origin: signer.name, size: tree.size, root: tree.root }), signer);
    const left = new TreeBuilder();
    for (const leaf of leaves.slice(0, 2)) left.append(leaf);
    const proof = formatInclusion({ index: 2, hashes: [left.root], note });
    const proofOfLast = { position: later.at(-1)?.position ?? positionOf(0), proof };
    const { faults, notes } = verify(bundleOf([...moved, ...later], proofOfLast, NOTHING), keys.publicKey);
    expect(faults.map(({ detail }) => detail)).toContain(
      'the event is of another stream than the order that the evidence is about',
    );
    expect(notes.join('\n')).toContain('is number 3 of the 3');
    expect(notes.join('\n')).not.toContain('the chain proves');
  });

  it('where an event before the proven one was changed, the chain is not said to prove it', async () => {
    const changed = events.map((event, index) =>
      index === 0 ? { ...event, data: { ...(event.data as object), status: 'canceled' } } : event,
    );
    const { faults, notes } = verify(bundleOf(changed, await signed.prove(events), signed));
    expect(faults.length).toBeGreaterThan(0);
    expect(notes.join('\n')).toContain('is number 3 of the 3');
    expect(notes.join('\n')).not.toContain('the chain proves');
  });

  it('more than one proof is a fault', () => {
    const evidence = splitBundle(Buffer.from(bundle));
    const lines = evidence?.evidence.toString('utf8').trimEnd().split('\n').map(parseMembers) ?? [];
    const proofLine = lines.find((line) => line?.['kind'] === 'proof') ?? null;
    const { faults } = checkBundleProof([...lines, proofLine], key(), true);
    expect(faults.map(({ detail }) => detail)).toEqual(['there is more than one proof']);
  });

  it('a bundle with any one bit of its proof, or anything else in it, changed does not hold', () => {
    const bytes = Buffer.from(bundle);
    const proofAt = bundle.indexOf('"kind":"proof"');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), fc.boolean(), (any, bit, isInProof) => {
        const at = isInProof ? Buffer.from(bundle.slice(0, proofAt)).length + (any % 600) : any;
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        expect(verdictOf(verify(changed))).toBe('broken');
      }),
      { numRuns: cases(200) },
    );
  });
});
