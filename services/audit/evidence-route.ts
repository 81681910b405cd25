import { once } from 'node:events';
import type { Router } from 'express';
import { z } from 'zod';
import { DEFAULT_TIME_ZONE, EvidenceQuery, OrderPath } from '../../schemas/api/requests';
import { RECORD_PROBLEMS, type RecordAccess } from '../access/log/access-log';
import { seesContact } from '../access/permissions';
import { HISTORY, readers, THIS_LOCATION } from '../access/requirements';
import type { ReaderDirectory } from '../access/readers/readers';
import { Semaphore } from '../concurrency/semaphore';
import { type Endpoints, serve } from '../http/endpoint';
import { goneSignal } from '../http/gone-signal';
import { Problem, STORE_PROBLEMS } from '../http/problem';
import type { Locations } from '../locations/open-locations';
import { collectEvidence, type EvidenceLimits } from './evidence/collect-evidence';
import { inTurns } from './evidence/steps';
import { type EvidenceOptions, evidenceSteps, type SignedEvidence, signedPart } from './evidence/write-evidence';
import { evidenceFormat, exportFileName } from './export/export-events';
import type { ExportSource } from './export/select-events';

/** Most events of an order whose evidence is made while the service runs; the command has no such limit. */
export const MAX_EVIDENCE_EVENTS = 2_000;
/**
 * Most characters of its events as JSON, with their metadata and how each was read. The bundle has each once or twice,
 * and is some two to three times as long; at most twelve times, where all of it are characters that HTML escapes.
 */
export const MAX_EVIDENCE_CHARACTERS = 8_388_608;
const LIMITS: EvidenceLimits = { events: MAX_EVIDENCE_EVENTS, characters: MAX_EVIDENCE_CHARACTERS };
/** Bundles at a time, from the first event that is read until the answer is taken: each is held in memory whole. */
export const BUNDLES_AT_ONCE = 2;

/** A file to save; opened where it is, it runs nothing, loads nothing and is of no origin. */
const POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

export const EVIDENCE_CALLS = {
  getEvidence: {
    method: 'get',
    path: '/locations/{location_id}/orders/{order_id}/evidence',
    tag: 'Audit',
    summary: 'One file for a dispute: what was reported about an order, how it was read, and its proofs',
    description:
      'The same as `ticket-rail evidence` writes, and `ticket-rail verify` checks. What screens report that they showed ' +
      'of the order is in it as claims, which nothing proves. Of at most ' +
      `${String(MAX_EVIDENCE_EVENTS)} events and ${String(MAX_EVIDENCE_CHARACTERS)} characters of JSON with how each ` +
      'was read.',
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
  readonly readers: ReaderDirectory;
  readonly factsOf: Locations['factsOf'];
  readonly recordAccess: RecordAccess;
  /** Fingerprints of the secrets that are configured, newest first. */
  readonly secrets: readonly string[];
  readonly signed: () => SignedEvidence;
  readonly version: string;
  /** Identifies the code of this process that makes bundles. */
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): Router {
  const { store, readers: directory, factsOf, recordAccess, secrets, signed, version, code, now } = options;
  const bundles = new Semaphore(BUNDLES_AT_ONCE);

  /** @returns the bundle; null if it was not wanted any more. @throws {Problem} */
  async function make(
    about: Pick<EvidenceOptions, 'key' | 'withheld' | 'locationName' | 'timeZone' | 'exportedAt'>,
    goesOn: () => boolean,
    record: () => Promise<void>,
  ): Promise<string | null> {
    // Others were before it, and who asked may have gone meanwhile.
    if (!goesOn()) return null;
    const collected = await collectEvidence(store, about.key, LIMITS, goesOn);
    switch (collected.kind) {
      case 'unwanted':
        return null;
      case 'nothing':
        throw new Problem('order-not-found', 'Nothing was ever reported about this order.');
      case 'too_large':
        throw new Problem('evidence-too-large', 'Write it with `ticket-rail evidence`, beside the service.');
      case 'collected':
    }
    await record();
    if (!goesOn()) return null;
    const { evidence } = collected;
    const made = { ...about, secrets, ...(await signedPart(signed(), evidence, about.withheld)), version, code };
    const bundle = await inTurns(evidenceSteps(made, evidence), goesOn);
    return goesOn() ? bundle : null;
  }

  return serve(EVIDENCE_CALLS, {
    getEvidence: async ({ request, response, reader, params: key, query: { time_zone, contacts } }) => {
      const { name: locationName, time_zone: zoneOfLocation } = factsOf(key.location_id);
      const timeZone = time_zone ?? zoneOfLocation ?? DEFAULT_TIME_ZONE;
      const gone = goneSignal(response);
      const goesOn = (): boolean => !gone.aborted && directory.isCurrent(reader);
      const record = (): Promise<void> => recordAccess(reader, { what: 'export', ...key, path: request.originalUrl });
      const withheld = contacts === 'withheld' || !seesContact(reader);
      await bundles.use(async () => {
        const exportedAt = new Date(now()).toISOString();
        const bundle = await make({ key, withheld, locationName, timeZone, exportedAt }, goesOn, record);
        if (gone.aborted) return;
        if (bundle === null) throw new Problem('reader-not-authentic', 'The reader was changed or removed meanwhile.');
        const scope = { ...key, streams: 'orders' as const };
        const name = exportFileName({ scope, from: null, to: null }, evidenceFormat(withheld), exportedAt);
        response
          .set({
            'Content-Type': 'text/html; charset=utf-8',
            'Content-Disposition': `attachment; filename="${name}"`,
            'Content-Security-Policy': POLICY,
            'Cache-Control': 'no-store',
          })
          .end(bundle);
        await once(gone, 'abort');
      });
    },
  });
}
