import type { KeyObject } from 'node:crypto';
import type { Response, Router } from 'express';
import { z } from 'zod';
import { CheckpointPage, ConsistencyProof } from '../../../schemas/api/checkpoint';
import { CheckpointsQuery, ConsistencyQuery, InclusionQuery } from '../../../schemas/api/requests';
import { CONTACT, HISTORY, readers } from '../../access/requirements';
import { parsePosition } from '../../event-store/event-store';
import { type Endpoints, json, serve } from '../../http/endpoint';
import { Problem } from '../../http/problem';
import { base64Of, verifierKeyOf } from '../merkle/signed-note';
import { readNewestEntries } from './checkpoint-file';
import type { CheckpointFiles } from './checkpoint-signer';
import { noteVerifierOf } from './note';
import { newestNote, NOT_COVERED, type Noted, type Proof, proveConsistency, proveInclusion } from './proofs';
import { keyIdOf } from './signature';

// The hash of a log of few events reveals what is in them.
const permission = readers(HISTORY, CONTACT);
const text = (description: string) => ({ description, content: { 'text/plain': [z.string()] } });

export const CHECKPOINT_CALLS = {
  listCheckpoints: {
    method: 'get',
    path: '/checkpoints',
    tag: 'Audit',
    summary: 'The newest signed checkpoints of the log',
    description: 'Keep them, and the public key, in a place that nobody who can write to the store can change.',
    query: CheckpointsQuery,
    answers: { 200: json('The newest, and the key that signed them', CheckpointPage) },
    problems: [],
    permission,
  },
  getNote: {
    method: 'get',
    path: '/checkpoints/note',
    tag: 'Audit',
    summary: 'The newest checkpoint of the log as a signed note',
    description:
      'The root of the Merkle tree (RFC 9162) of all events up to a position, in the form of C2SP (tlog-checkpoint): name of ' +
      'the log, number of events, root and signature. GET /checkpoints has the key that verifies it, as `verifier_key`.',
    answers: { 200: text('The signed note') },
    problems: ['not-proven'],
    permission,
  },
  getInclusionProof: {
    method: 'get',
    path: '/checkpoints/inclusion',
    tag: 'Audit',
    summary: 'Proof that an event is in the log of the newest signed note',
    description:
      'In the form of C2SP (tlog-proof): the place of the event, some 25 hashes, and the note. The data of the leaf are the ' +
      'hash of the event that docs/reference/tamper-evidence.md describes.',
    query: InclusionQuery,
    answers: { 200: text('The proof, with the signed note that it leads to') },
    problems: ['not-proven'],
    permission,
  },
  getConsistencyProof: {
    method: 'get',
    path: '/checkpoints/consistency',
    tag: 'Audit',
    summary: 'Proof that the log of the newest signed note begins with all that an earlier one had',
    query: ConsistencyQuery,
    answers: { 200: json('The proof, and the note that it leads to', ConsistencyProof) },
    problems: ['not-proven'],
    permission,
  },
} satisfies Endpoints;

/** Creates the routes that answer the newest checkpoints, to be kept elsewhere, and prove what is in the log. */
export function createCheckpointRoutes(
  place: Pick<CheckpointFiles, 'file' | 'store' | 'treeFile'>,
  publicKey: KeyObject,
): Router {
  const keyId = keyIdOf(publicKey);
  const verifierKey = (noted: Noted | null): string | null =>
    noted === null ? null : verifierKeyOf(noteVerifierOf(noted, publicKey));
  const newest = (): Noted => {
    const noted = newestNote(place, keyId);
    if (noted !== null) return noted;
    const detail =
      'The newest checkpoint has no note by the key, or there is none. Ask again after CHECKPOINT_SECONDS.';
    throw new Problem('not-proven', detail);
  };
  /** @throws {Problem} that says why there is no proof */
  function proofOf<What>(proof: Proof<What>, notCovered: string): What {
    switch (proof.kind) {
      case 'proven':
        return proof.proof;
      case 'not covered':
        throw new Problem('not-proven', notCovered);
      case 'being made':
        throw new Problem('not-proven', 'The Merkle tree is being made. Ask again after CHECKPOINT_SECONDS.');
    }
  }
  const sendText = (response: Response, body: string): void => {
    response.set({ 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }).end(body);
  };
  return serve(CHECKPOINT_CALLS, {
    listCheckpoints: ({ response, query: { limit } }) => {
      const page: CheckpointPage = {
        checkpoints: [...readNewestEntries(place.file, limit)].reverse(),
        public_key: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
        verifier_key: verifierKey(newestNote(place, keyId)),
      };
      response.set('Cache-Control', 'no-store').json(page);
    },
    getNote: ({ response }) => {
      sendText(response, newest().note);
    },
    getInclusionProof: async ({ response, query: { position } }) => {
      const noted = newest();
      const at = parsePosition(position);
      const notCovered =
        `No event at position ${position} is among the ${String(noted.events)} that the newest note covers, up to position ` +
        `${noted.position}. One that is newer is covered after CHECKPOINT_SECONDS.`;
      const proof = at === null ? NOT_COVERED : await proveInclusion(place.treeFile, noted, at);
      sendText(response, proofOf(proof, notCovered));
    },
    getConsistencyProof: async ({ response, query: { from } }) => {
      const noted = newest();
      const found = await proveConsistency(place.treeFile, noted, from);
      const proof = proofOf(found, `The newest note covers ${String(noted.events)} events, which is fewer.`);
      const answer: ConsistencyProof = { from, to: noted.events, proof: proof.map(base64Of), note: noted.note };
      response.set('Cache-Control', 'no-store').json(answer);
    },
  });
}
