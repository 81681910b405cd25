import { createHash } from 'node:crypto';
import { BrokenInvariant } from '../../../schemas/broken-invariant';
import { EVIDENCE_FORMAT, eventMembers, LineWriter, type Manifest } from '../export/ndjson';
import { EVIDENCE_END, EVIDENCE_START } from './bundle';
import type { BundleOptions } from './bundle-options';
import { reportParts } from './page/report';
import { atOnce, type Steps } from './steps';

/**
 * Makes one file for a dispute: a report that people read in a browser, and in it the evidence that `ticket-rail verify`
 * reads. Pure.
 */
export const makeBundle = (options: BundleOptions): string => atOnce(bundleSteps(options));

/** The same in steps of an event or so each, for who has something else to do between them. */
export function* bundleSteps(options: BundleOptions): Steps<string> {
  const { key, secrets, checkpoints, proof, withheld, locationName, timeZone, version, code, exportedAt } = options;
  const { rows, orders, faults, shown } = options.evidence;
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) throw new BrokenInvariant('evidence is of one event or more');
  const lines = new LineWriter();
  let evidence = '';
  const write = (members: Readonly<Record<string, unknown>>): void => {
    evidence += lines.write(members, true);
  };

  for (const { event, reading } of rows) {
    write(eventMembers(event));
    write({ kind: 'reading', stream: event.stream, revision: event.revision, ...reading });
    yield;
  }
  write({ kind: 'summary', orders, faults });
  if (shown !== null) write({ kind: 'claims', receipts: shown.receipts, truncated: shown.truncated });
  write({ kind: 'secrets', configured: secrets });
  for (const checkpoint of checkpoints) write({ kind: 'checkpoint', checkpoint });
  if (proof !== null) write({ kind: 'proof', position: proof.position, proof: proof.proof });

  const { before, after } = yield* reportParts(options);
  const [start, end] = [`${before}${EVIDENCE_START}`, `${EVIDENCE_END}${after}`];
  const manifest: Manifest = {
    kind: 'manifest',
    format: EVIDENCE_FORMAT,
    scope: { ...key, streams: 'orders' },
    from: null,
    to: null,
    positions: { first: first.event.position, last: last.event.position },
    events: rows.length,
    streams: 1,
    sha256: createHash('sha256').update(evidence).digest('hex'),
    withheld,
    software: { name: 'ticket-rail', version, ...(code === undefined ? {} : { code }) },
    ...(locationName === undefined ? {} : { location_name: locationName }),
    ...(timeZone === undefined ? {} : { time_zone: timeZone }),
    exported_at: exportedAt,
    report_sha256: createHash('sha256').update(start).update(end).digest('hex'),
  };
  write(manifest);
  return `${start}${evidence}${end}`;
}
