import { generateKeyPairSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_FORMAT, type Checkpoint } from '../../../../schemas/api/checkpoint';
import { noteVerifierOf } from '../../../../services/audit/checkpoints/note';
import { proveConsistency, proveInclusion } from '../../../../services/audit/checkpoints/proofs';
import { provenInclusion } from '../../../../services/audit/merkle/inclusion-text';
import { signNote } from '../../../../services/audit/merkle/sign-note';
import { checkpointText, openNote } from '../../../../services/audit/merkle/signed-note';
import { leafHashOf, TreeBuilder } from '../../../../services/audit/merkle/tree';
import { TreeFile } from '../../../../services/audit/merkle/tree-file';
import { positionOf } from '../../../../services/event-store/event-store';
import { patiently } from '../../../support/patience';
import { temporaryDirectory } from '../../../support/running-service';

const EVENTS = 1_000_000;
const PROOFS = 200;
/** What is promised of a proof in a log of a million. */
const MADE_MS = 20;
const LONGEST = 4_096;
const VERIFIED_MS = 5;

let directory: string;
beforeAll(() => {
  directory = temporaryDirectory();
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** The data of the leaf of an event: as long as a real one. */
const leafOf = (index: number): string => leafHashOf(index.toString(16).padStart(64, '0'));
/** Returns what one in ten takes at most: other tests that run beside this one do not hold up all of them. */
const tenth = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 10)] ?? Infinity;

it('a proof in a log of a million events is made in 20 ms, is at most 4 kB long and is verified in 5 ms', async () => {
  const path = join(directory, 'tree.bin');
  const [file, builder] = [new TreeFile(path), new TreeBuilder()];
  for (let index = 0; index < EVENTS; index++) {
    const leaf = leafOf(index);
    file.append(positionOf(index + 1), leaf, builder.append(leaf));
  }
  file.sync();
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const position = positionOf(EVENTS);
  const log = { store: 'embedded', position, events: EVENTS, key_id: '0123456789abcdef' };
  const signer = { ...noteVerifierOf(log, publicKey), privateKey };
  const note = signNote(checkpointText({ origin: signer.name, size: EVENTS, root: builder.root }), signer);
  const hashes = { log_hash: '0'.repeat(64), signature: 'c2lnbmF0dXJl' };
  const checkpoint: Checkpoint = { ...log, ...hashes, format: CHECKPOINT_FORMAT, at: '2026-11-21T00:00:00.000Z' };
  const noted = { ...checkpoint, note };

  const [made, verified, sizes]: [number[], number[], number[]] = [[], [], []];
  for (let n = 0; n < PROOFS; n++) {
    const index = Math.floor((EVENTS * (n + 0.5)) / PROOFS);
    const begun = performance.now();
    const found = await proveInclusion(path, noted, positionOf(index + 1));
    const then = performance.now();
    const text = found.kind === 'proven' ? found.proof : '';
    const proven = provenInclusion(text, leafOf(index));
    const isSigned = proven !== null && openNote(proven.note, signer) !== null;
    const end = performance.now();
    expect([proven?.index, isSigned]).toEqual([index, true]);
    made.push(then - begun);
    verified.push(end - then);
    sizes.push(Buffer.byteLength(text));
  }
  expect(tenth(made)).toBeLessThanOrEqual(patiently(MADE_MS));
  expect(tenth(verified)).toBeLessThanOrEqual(patiently(VERIFIED_MS));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(LONGEST);

  const consistency = await proveConsistency(path, noted, 777_777);
  const hashCount = consistency.kind === 'proven' ? consistency.proof.length : Infinity;
  expect(hashCount).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(EVENTS)));
});
