import type { Router } from 'express';
import { z } from 'zod';
import { EvidenceQuery, OrderPath } from '../../schemas/requests';
import { RECORD_PROBLEMS, type RecordAccess } from '../access/log/access-log';
import { seesContact } from '../access/permissions';
import { HISTORY, readers, THIS_LOCATION } from '../access/requirements';
import { Semaphore } from '../concurrency/semaphore';
import { type Endpoints, serve } from '../http/endpoint';
import { Problem, STORE_PROBLEMS } from '../http/problem';
import { collectEvidence, type EvidenceLimits } from './evidence/collect-evidence';
import { evidenceCode } from './evidence/evidence-code';
import { bundleSteps } from './evidence/make-bundle';
import { inTurns } from './evidence/steps';
import { bundleOptions } from './evidence/write-evidence';
import { exportFileName } from './export/export-events';
import type { ExportSource } from './export/select-events';

/** Most events of an order whose evidence is made while the service runs; the command has no such limit. */
export const MAX_EVIDENCE_EVENTS = 2_000;
/** Most characters of what was reported about it, as JSON: the bundle is some three times as long. */
export const MAX_EVIDENCE_CHARACTERS = 4_194_304;
const LIMITS: EvidenceLimits = { events: MAX_EVIDENCE_EVENTS, characters: MAX_EVIDENCE_CHARACTERS };
/** Bundles that are made at a time: each is held in memory whole. */
const BUNDLES_AT_ONCE = 1;

/** A file to save; opened where it is, it runs nothing, loads nothing and is of no origin. */
const POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

export const EVIDENCE_CALLS = {
  getEvidence: {
    method: 'get',
    path: '/locations/{location_id}/orders/{order_id}/evidence',
    tag: 'Audit',
    summary: 'One file for a dispute: what was reported about an order, how it was read, and its proofs',
    description:
      'The same as `ticket-rail evidence` writes, and `ticket-rail verify` checks. Of at most ' +
      `${String(MAX_EVIDENCE_EVENTS)} events and ${String(MAX_EVIDENCE_CHARACTERS)} characters of what was reported.`,
    params: OrderPath,
    query: EvidenceQuery,
    answers: { 200: { description: 'A page of HTML, to be saved', content: { 'text/html': [z.string()] } } },
    problems: ['order-not-found', 'evidence-too-large', ...RECORD_PROBLEMS, ...STORE_PROBLEMS],
    permission: readers(THIS_LOCATION, HISTORY),
    large: 'always',
  },
} satisfies Endpoints;

/** Creates the route of evidence, which is made as it is asked for. */
export function createEvidenceRoutes(options: {
  readonly store: ExportSource;
  readonly recordAccess: RecordAccess;
  /** Fingerprints of the secrets that are configured, newest first. */
  readonly secrets: readonly string[];
  /** The newest that there are, newest last. */
  readonly checkpoints: () => readonly unknown[];
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): Router {
  const { store, recordAccess, secrets, checkpoints, version, now } = options;
  const makers = new Semaphore(BUNDLES_AT_ONCE);
  let code: string | null = null; // it takes reading our own files

  return serve(EVIDENCE_CALLS, {
    getEvidence: async ({ request, response, reader, params: key, query: { time_zone: timeZone, contacts } }) => {
      const exportedAt = new Date(now()).toISOString();
      const withheld = contacts === 'withheld' || !seesContact(reader);
      const bundle = await makers.use(async () => {
        const collected = await collectEvidence(store, key, LIMITS);
        switch (collected.kind) {
          case 'nothing':
            throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
          case 'too_large':
            throw new Problem('evidence-too-large', 'Write it with `ticket-rail evidence`, beside the service.');
          case 'collected':
        }
        await recordAccess(reader, { what: 'export', ...key, path: request.originalUrl });
        code ??= evidenceCode();
        const about = { key, secrets, checkpoints: checkpoints(), withheld, timeZone, version, code, exportedAt };
        return inTurns(bundleSteps(bundleOptions(about, collected.evidence)));
      });
      const name = exportFileName(
        { scope: { ...key, streams: 'orders' }, from: null, to: null },
        'evidence.html',
        exportedAt,
      );
      response
        .set({
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Disposition': `attachment; filename="${name}"`,
          'Content-Security-Policy': POLICY,
          'Cache-Control': 'no-store',
        })
        .end(bundle);
    },
  });
}
