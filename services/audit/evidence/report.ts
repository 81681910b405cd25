import { stringifyJson } from '../../../schemas/exact-json';
import { isJsonObject } from '../../../schemas/json-object';
import { hashOf } from '../../../schemas/order-events';
import type { RecordedEvent } from '../../event-store/event-store';
import { receivedAt } from '../export/select-events';
import type { BundleOptions } from './bundle-options';
import { firstPage, type PageTimes, pageTimes } from './first-page';
import { cell, html, list, table, wide } from './html';
import { PAGE_STYLE } from './page-style';
import type { ChainFault, EvidenceRow } from './read-order';
import { mapped, type Steps } from './steps';

/** The report of a bundle: HTML that runs nothing and loads nothing, and in which whatever was recorded is text. */

function secretOf({ metadata }: RecordedEvent, secrets: readonly string[]): string {
  const signedWith = isJsonObject(metadata) ? metadata['signed_with'] : undefined;
  if (signedWith === null) return 'none: signatures were not checked';
  if (typeof signedWith !== 'string') return 'not known';
  const place = secrets.indexOf(signedWith);
  const known = place < 0 ? 'not configured any more' : `number ${String(place + 1)} of those configured now`;
  return `<code>${html(signedWith)}</code> (${known})`;
}

const said = (text: string | null | undefined): string => (text === null || text === undefined ? 'none' : html(text));

function timelineRow({ event, reading }: EvidenceRow, secrets: readonly string[], { show }: PageTimes): string {
  const { order, verdict, rule, stage, same_report_as, unreadable, changes } = reading;
  const changed = changes.map(
    ({ pointer, from, to }) => `${html(pointer)}: ${html(stringifyJson(from))} to ${html(stringifyJson(to))}`,
  );
  const notes = [
    ...(same_report_as === null ? [] : [`the same report as revision ${String(same_report_as.revision)}`]),
    ...(unreadable.length === 0 ? [] : [`read otherwise than it came: ${html(unreadable.join(', '))}`]),
    ...changed,
  ];
  return [
    cell(String(event.revision)),
    cell(show(receivedAt(event))),
    cell(
      `${html(event.type)}<details><summary>as it came</summary><pre>${html(stringifyJson(event.data, 2))}</pre></details>`,
    ),
    cell(`${said(order?.status)} / ${said(order?.delivery_status)}<br>driver: ${said(order?.driver_details?.name)}`),
    cell(said(stage)),
    cell([`<strong>${said(verdict)}</strong>: ${html(rule)}`, ...notes].join('<br>')),
    cell(secretOf(event, secrets)),
  ].join('');
}

const chainRow = ({ event }: EvidenceRow): string =>
  [
    cell(String(event.revision)),
    cell(html(event.position)),
    ...(['content_hash', 'previous_hash', 'event_hash'] as const).map((which) =>
      cell(`<code>${said(hashOf(event, which))}</code>`),
    ),
  ].join('');

const chainResult = (faults: readonly ChainFault[]): string =>
  faults.length === 0
    ? '<p class="good">When this file was made, every hash held.</p>'
    : '<div class="bad"><p>When this file was made, not every hash held:</p>' +
      `${list(faults.map(({ revision, detail }) => `revision ${String(revision)}: ${html(detail)}`))}</div>`;

const TIMELINE_COLUMNS = [
  'revision',
  'received',
  'event',
  'state after it: status / delivery',
  'stage',
  'verdict',
  'secret that verified it',
];
const CHAIN_COLUMNS = ['revision', 'position', 'hash of the content', 'hash of the event before', 'hash of the event'];

/** @returns the report before and after the place of the evidence. */
export function* reportParts(options: BundleOptions): Steps<{ readonly before: string; readonly after: string }> {
  const { key, evidence, secrets, checkpoints, withheld, timeZone = 'UTC', version, exportedAt } = options;
  const { rows, faults } = evidence;
  const times = pageTimes(timeZone);
  const body = [
    yield* firstPage({ key, evidence, withheld, times, version, exportedAt }),
    '<h2>What was reported, and how it was read</h2>',
    wide(table(TIMELINE_COLUMNS, yield* mapped(rows, (row) => timelineRow(row, secrets, times))), 'Events'),
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
        : `<pre>${checkpoints.map((checkpoint) => html(JSON.stringify(checkpoint))).join('\n')}</pre>`,
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
