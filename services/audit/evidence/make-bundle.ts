import { createHash } from 'node:crypto';
import { initial } from '../../../projections/order';
import type { OrderKey } from '../../../schemas/order-key';
import type { RecordedEvent } from '../../event-store/event-store';
import { EVIDENCE_FORMAT, eventMembers, LineWriter, type Manifest } from '../export/ndjson';
import { StreamHeads } from '../chain/stream-heads';
import { emptyTally, tallyEvent } from '../chain/verification';
import { EVIDENCE_END, EVIDENCE_START } from './bundle';
import { readingOf } from './reading';
import { reportParts, type ReportRow } from './report';

/**
 * Makes one file for a dispute: a report that people read in a browser, and in it the evidence that `ticket-rail verify`
 * reads. Pure.
 */
export function makeBundle(options: {
  readonly key: OrderKey;
  /** All events of the order, in order; at least one. */
  readonly events: readonly [RecordedEvent, ...RecordedEvent[]];
  /** Fingerprints of the secrets that are configured now, newest first. */
  readonly secrets: readonly string[];
  /** Signed checkpoints of the log, newest last. */
  readonly checkpoints: readonly unknown[];
  readonly version: string;
  /** Identifies the code that makes the page; undefined in bundles of versions that did not say so. */
  readonly code: string | undefined;
  /** RFC 3339. */
  readonly exportedAt: string;
}): string {
  const { key, events, secrets, checkpoints, version, code, exportedAt } = options;
  const lines = new LineWriter();
  const tally = emptyTally();
  const heads = new StreamHeads(0);
  const rows: ReportRow[] = [];
  let evidence = '';
  const write = (members: Readonly<Record<string, unknown>>): void => {
    evidence += lines.write(members, true);
  };

  let state = initial;
  for (const event of events) {
    const { reading, state: after } = readingOf(key, state, event);
    state = after;
    tallyEvent(tally, event, null, heads, { withheld: false, gaps: false });
    write(eventMembers(event));
    write({ kind: 'reading', stream: event.stream, revision: event.revision, ...reading });
    rows.push({ event, reading });
  }
  write({ kind: 'secrets', configured: secrets });
  for (const checkpoint of checkpoints) write({ kind: 'checkpoint', checkpoint });

  const [first] = events;
  const last = events.at(-1) ?? first;
  const { before, after } = reportParts({ key, rows, secrets, checkpoints, faults: tally.faults, version, exportedAt });
  const [start, end] = [`${before}${EVIDENCE_START}`, `${EVIDENCE_END}${after}`];
  const manifest: Manifest = {
    kind: 'manifest',
    format: EVIDENCE_FORMAT,
    scope: { ...key, streams: 'orders' },
    from: null,
    to: null,
    positions: { first: first.position, last: last.position },
    events: events.length,
    streams: 1,
    sha256: createHash('sha256').update(evidence).digest('hex'),
    withheld: false,
    software: { name: 'ticket-rail', version, ...(code === undefined ? {} : { code }) },
    exported_at: exportedAt,
    report_sha256: createHash('sha256').update(start).update(end).digest('hex'),
  };
  write(manifest);
  return `${start}${evidence}${end}`;
}
