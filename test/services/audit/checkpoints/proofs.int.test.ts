import { createPublicKey } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointPage, ConsistencyProof } from '../../../../schemas/api/checkpoint';
import { orderKey } from '../../../../schemas/order-key';
import { provenInclusion } from '../../../../services/audit/merkle/inclusion-text';
import {
  openNote,
  parseVerifierKey,
  treeHashIn,
  unverifiedCheckpoint,
} from '../../../../services/audit/merkle/signed-note';
import { isConsistent, leafHashOf } from '../../../../services/audit/merkle/tree';
import { evidenceCode } from '../../../../services/audit/evidence/evidence-code';
import { verdictOf } from '../../../../services/audit/verify/verified';
import { verifyBundle } from '../../../../services/audit/verify/bundle/verify-bundle';
import { openReadableStore } from '../../../../services/event-store/open';
import { leafOf } from '../../../../services/event-store/seal/log-hash';
import { problem, problemOf, update } from '../../../support/deliveries';
import { until } from '../../../support/patience';
import {
  asReader,
  discard,
  READER_TOKEN,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../../support/running-service';
import { ticketRail } from '../support';

/** Proofs as a running service gives them, and the witness that watches it. */

const SETTINGS = { CHECKPOINT_SECONDS: '1' };
const deliverOrders = async (service: RunningService, from: number, to: number): Promise<void> => {
  for (let n = from; n < to; n++) await service.deliver(update(orderKey('l', `o${String(n)}`)));
};
const checkpointOf = (note: string) => {
  const checkpoint = unverifiedCheckpoint(note);
  if (checkpoint === null) throw new Error('there is no checkpoint in the note');
  return checkpoint;
};
async function noteOver(service: RunningService, events: number): Promise<string> {
  let note = '';
  await until(`a note over ${String(events)} events`, async () => {
    const { status, text } = await service.get('/checkpoints/note');
    note = text;
    return status === 200 && checkpointOf(text).size >= events;
  });
  return note;
}
const pageOf = async (service: RunningService): Promise<CheckpointPage> =>
  (await service.get('/checkpoints')).json as CheckpointPage;

describe('proofs over HTTP', () => {
  let service: RunningService;
  let early: string;
  beforeAll(async () => {
    service = await startService(SETTINGS);
    await deliverOrders(service, 0, 3);
    early = await noteOver(service, 3);
    await deliverOrders(service, 3, 20);
    await noteOver(service, 20);
  });
  afterAll(() => discard(service));

  it('the newest note is signed by the verifier key that the list of checkpoints has', async () => {
    const { verifier_key } = await pageOf(service);
    const verifier = parseVerifierKey(verifier_key ?? '');
    if (verifier === null) throw new Error('there is no verifier key');
    const answer = await service.get('/checkpoints/note');
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(openNote(answer.text, verifier)).toContain(`${verifier.name}\n20\n`);
  });

  it('each event is proven to be in the log by a few hundred bytes, and a position that none has is not', async () => {
    const store = await openReadableStore({ url: null, logFile: join(service.dataDir, 'events.sqlite') });
    let seen = 0;
    for await (const event of store.readAll()) {
      const { text } = await service.get(`/checkpoints/inclusion?position=${event.position}`);
      expect(provenInclusion(text, leafHashOf(leafOf(event)))).toMatchObject({ size: 20, index: seen++ });
      expect(text.length).toBeLessThan(1_000);
    }
    await store.close();
    expect(seen).toBe(20);
    const none = await service.get('/checkpoints/inclusion?position=999');
    expect(problemOf(none)).toEqual(problem(404, 'not-proven'));
  });

  it('the newest log is proven to begin with an earlier one, and not with one that is longer', async () => {
    const from = checkpointOf(early);
    const answer = await service.get(`/checkpoints/consistency?from=${String(from.size)}`);
    const { proof, note, ...sizes } = answer.json as ConsistencyProof;
    expect(sizes).toEqual({ from: from.size, to: 20 });
    expect(
      isConsistent(
        from,
        checkpointOf(note),
        proof.map((hash) => treeHashIn(hash) ?? ''),
      ),
    ).toBe(true);
    const longer = await service.get('/checkpoints/consistency?from=21');
    expect(problemOf(longer)).toEqual(problem(404, 'not-proven'));
  });

  it('evidence has the proof of its order, which the public key verifies', async () => {
    const { text } = await service.get('/locations/l/orders/o7/evidence', asReader);
    const { public_key } = await pageOf(service);
    const result = verifyBundle(Buffer.from(text), 7, evidenceCode, createPublicKey(public_key));
    expect([verdictOf(result), result.faults]).toEqual(['holds', []]);
    // That it was asked for is on record too, and perhaps signed already.
    expect(result.notes.join('\n')).toMatch(/is number 8 of the 2\d in the log "ticket-rail\//);
  });
});

describe('ticket-rail witness', () => {
  it('a witness signs a log that grows, and refuses one that was written anew with the same key', async () => {
    const directory = temporaryDirectory();
    const [key, token] = [join(directory, 'log.pem'), join(directory, 'token')];
    writeFileSync(token, READER_TOKEN);
    const [note, own] = [join(directory, 'cosigned.note'), join(directory, 'witness.pem')];
    let service = await startService(SETTINGS);
    await deliverOrders(service, 0, 5);
    await noteOver(service, 5);
    const { verifier_key } = await pageOf(service);
    const look = ({ url }: RunningService, ...options: readonly string[]) => {
      return ticketRail(
        [
          'witness',
          ...options,
          '--url',
          url,
          '--verifier-key',
          verifier_key ?? '',
          '--note',
          note,
          '--key',
          own,
          '--token-file',
          token,
        ],
        {},
      );
    };
    expect((await look(service)).stderr).toContain('nothing to compare with. If that is right, add --first');
    expect(existsSync(note)).toBe(false);
    const both = await Promise.all([look(service, '--first'), look(service, '--first')]);
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(both.map(({ stdout }) => stdout).join('')).toContain('has 5 events. Seen for the first time');
    expect(both.map(({ stderr }) => stderr).join('')).toMatch(/another run is at work|leave --first out/);
    expect((await look(service, '--first')).stderr).toContain('leave --first out');
    writeFileSync(`${note}.lock`, '');
    expect(await look(service)).toMatchObject({ code: 1, stderr: expect.stringContaining('at work') as string });
    rmSync(`${note}.lock`);
    await deliverOrders(service, 5, 12);
    await noteOver(service, 12);
    const grown = await look(service);
    expect(grown).toMatchObject({ code: 0, stdout: expect.stringContaining('has 12 events') as string });
    const witnessKey = parseVerifierKey(/witness is (\S+)/.exec(grown.stderr)?.[1] ?? '');
    const cosigned = readFileSync(note, 'utf8');
    expect(witnessKey !== null && openNote(cosigned, witnessKey)).toContain('\n12\n');
    copyFileSync(join(service.dataDir, 'checkpoint-key.pem'), key);
    await discard(service);

    service = await startService({ ...SETTINGS, CHECKPOINT_KEY_FILE: key });
    await deliverOrders(service, 100, 115);
    await noteOver(service, 15);
    expect((await pageOf(service)).verifier_key).toBe(verifier_key);
    expect(await look(service)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it could not be proven') as string,
    });
    expect(readFileSync(note, 'utf8')).toBe(cosigned);
    const refused = readdirSync(directory).filter((name) => name.includes('.refused-15-'));
    expect(refused).toHaveLength(1);
    const kept = readFileSync(join(directory, refused[0] ?? ''), 'utf8');
    expect(checkpointOf(kept).origin).toBe(checkpointOf(cosigned).origin);
    await discard(service);
    rmSync(directory, { recursive: true });
  });
});
