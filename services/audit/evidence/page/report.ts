import { stringifyJson } from '../../../../schemas/json/exact-json';
import { isJsonObject } from '../../../../schemas/json/json-object';
import { hashOf } from '../../../../schemas/events/order-events';
import { isActionType } from '../../../../schemas/events/rail-actions';
import type { RecordedEvent } from '../../../event-store/event-store';
import { leafOf } from '../../../event-store/seal/log-hash';
import { receivedAt } from '../../export/select-events';
import { provenInclusion } from '../../merkle/inclusion-text';
import { leafHashOf } from '../../merkle/tree';
import type { BundleOptions, EventProof } from '../bundle-options';
import { firstPage, type PageTimes, pageTimes, type ProvenPart } from './first-page';
import { cell, groupedTable, html, list, table, wide, wideCell } from './html';
import { PAGE_STYLE } from './page-style';
import type { ChainFault, EvidenceRow } from '../read-order';
import { mapped, type Steps } from '../steps';

/** The report of a bundle: HTML that runs nothing and loads nothing, and in which whatever was recorded is text. */

function secretOf({ type, metadata }: RecordedEvent, secrets: readonly string[]): string {
  if (isActionType(type)) return 'none: it was done here';
  const signedWith = isJsonObject(metadata) ? metadata['signed_with'] : undefined;
  if (signedWith === null) return 'none, as signatures were not checked';
  if (typeof signedWith !== 'string') return 'not known';
  const place = secrets.indexOf(signedWith);
  const known = place < 0 ? 'not configured any more' : `number ${String(place + 1)} of those configured now`;
  return `<code>${html(signedWith)}</code> (${known})`;
}

const said = (text: string | null | undefined): string => (text === null || text === undefined ? 'none' : html(text));

/** The rows of an event: how it was read, and below, over the whole width, what it changed. */
function timelineRows({ event, reading }: EvidenceRow, secrets: readonly string[], { show }: PageTimes): string[] {
  const { order, verdict, rule, stage, same_report_as, unreadable, changes } = reading;
  const changed = changes.map(
    ({ pointer, from, to }) =>
      `<code>${html(pointer)}</code> from ${html(stringifyJson(from))} to ${html(stringifyJson(to))}`,
  );
  const notes = [
    html(rule),
    ...(same_report_as === null ? [] : [`The same report as revision ${String(same_report_as.revision)}.`]),
    ...(unreadable.length === 0 ? [] : [`Read otherwise than it came: ${html(unreadable.join(', '))}.`]),
    `It changed ${changed.length === 0 ? 'nothing.' : `${changed.join('; ')}.`}`,
    `Secret that verified it: ${secretOf(event, secrets)}.`,
  ];
  const cells = [
    cell(String(event.revision)),
    cell(show(receivedAt(event))),
    cell(
      `${html(event.type)}<details><summary>as it came</summary><pre>${html(stringifyJson(event.data, 2))}</pre></details>`,
    ),
    cell(`${said(order?.status)} / ${said(order?.delivery_status)}<br>driver: ${said(order?.driver_details?.name)}`),
    cell(said(stage)),
    cell(`<strong>${said(verdict)}</strong>`),
  ];
  return [cells.join(''), `${cell('')}${wideCell(cells.length - 1, notes.join('<br>'))}`];
}

const chainRow = ({ event }: EvidenceRow): string =>
  [
    cell(String(event.revision)),
    cell(html(event.position)),
    ...(['content_hash', 'previous_hash', 'event_hash'] as const).map((which) =>
      cell(`<code>${said(hashOf(event, which))}</code>`),
    ),
  ].join('');

/** A checkpoint as names and values; what signatures are of is in the lines of the evidence. */
const checkpointItem = (checkpoint: unknown): string =>
  isJsonObject(checkpoint)
    ? Object.entries(checkpoint)
        .map(
          ([name, value]) =>
            `${html(name)} <code>${html(typeof value === 'string' ? value : stringifyJson(value))}</code>`,
        )
        .join(', ')
    : html(stringifyJson(checkpoint));

const chainResult = (faults: readonly ChainFault[]): string =>
  faults.length === 0
    ? '<p class="good">When this file was made, every hash held.</p>'
    : '<div class="bad"><p>When this file was made, not every hash held:</p>' +
      `${list(faults.map(({ revision, detail }) => `revision ${String(revision)}: ${html(detail)}`))}</div>`;

function provenPart({ position, proof }: EventProof, { rows }: BundleOptions['evidence']): ProvenPart {
  const event = rows.find((row) => row.event.position === position)?.event;
  return { position, holds: event !== undefined && provenInclusion(proof, leafHashOf(leafOf(event))) !== null };
}

const proofPart = ({ position, proof }: EventProof): readonly string[] => [
  '<h2>Proof</h2>',
  `<p>Of the event at position ${html(position)}, that it is in the log of a signed note: the place of its leaf from 0, the hashes from`,
  'its leaf up to the root of the Merkle tree (RFC 9162), and the note, in the forms of C2SP (tlog-proof, tlog-checkpoint).</p>',
  `<pre>${html(proof)}</pre>`,
];

const TIMELINE_COLUMNS = ['revision', 'received', 'event', 'state after it: status / delivery', 'stage', 'verdict'];
const CHAIN_COLUMNS = ['revision', 'position', 'hash of the content', 'hash of the event before', 'hash of the event'];

/** @returns the report before and after the place of the evidence. */
export function* reportParts(options: BundleOptions): Steps<{ readonly before: string; readonly after: string }> {
  const { key, evidence, secrets, checkpoints, proof, withheld, timeZone = 'UTC', version, exportedAt } = options;
  const { rows, faults } = evidence;
  const times = pageTimes(timeZone);
  const body = [
    yield* firstPage({
      key,
      evidence,
      proven: proof === null ? null : provenPart(proof, evidence),
      withheld,
      times,
      version,
      exportedAt,
    }),
    '<h2>What was reported, and how it was read</h2>',
    wide(groupedTable(TIMELINE_COLUMNS, yield* mapped(rows, (row) => timelineRows(row, secrets, times))), 'Events'),
    '<p>A secret is named by a fingerprint that does not give it away.</p>',
    '<h2>Chain</h2>',
    chainResult(faults),
    ...(withheld
      ? ['<p>The hashes are withheld with the phones and passcodes.</p>']
      : [
          wide(table(CHAIN_COLUMNS, yield* mapped(rows, chainRow)), 'Hashes'),
          '<p>Each event holds the hash of the one before it. The hashes are not keyed: anyone who can rewrite the whole store can',
          'make a chain that holds. Against that, only signed checkpoints prove that were kept elsewhere.</p>',
        ]),
    '<h2>Checkpoints</h2>',
    withheld
      ? '<p>They are withheld with the phones and passcodes.</p>'
      : checkpoints.length === 0
        ? '<p>None were there.</p>'
        : list(checkpoints.map(checkpointItem)),
    ...(proof === null ? [] : proofPart(proof)),
  ].join('\n');
  return {
    before: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Evidence: order ${html(key.order_id).replaceAll(/<\/?bdi>/g, '')}</title>
<style>${PAGE_STYLE}
</style>
</head>
<body>
<main>
${body}
</main>
`,
    after: '\n</body>\n</html>\n',
  };
}
