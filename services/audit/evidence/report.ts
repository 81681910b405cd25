import { stringifyJson } from '../../../schemas/exact-json';
import type { OrderKey } from '../../../schemas/order-key';
import { OrderEventMetadata } from '../../../schemas/event-data';
import { hashOf } from '../../../schemas/order-events';
import type { RecordedEvent } from '../../event-store/event-store';
import { htmlText } from '../../http/html-text';
import { receivedAt } from '../export/select-events';
import type { Fault } from '../chain/verify-event';
import type { EvidenceReading } from './reading';

/** The report of a bundle: HTML that runs nothing and loads nothing, and in which whatever was recorded is text. */

export interface ReportRow {
  readonly event: RecordedEvent;
  readonly reading: EvidenceReading;
}

/** Controls, which HTML cannot hold or would change. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]|\p{Cs}/gu;

/** @returns text as HTML, isolated so that its direction of writing turns nothing around it. */
export const html = (text: string): string => `<bdi>${htmlText(text.replaceAll(CONTROL, '\uFFFD'))}</bdi>`;

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;color:#111;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.35rem .5rem;text-align:left;vertical-align:top}
code,pre{font:12px/1.4 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
.bad{background:#fdd;padding:.5rem}.good{background:#dfd;padding:.5rem}`;

const cell = (content: string): string => `<td>${content}</td>`;
const table = (columns: readonly string[], rows: readonly string[]): string =>
  `<table><thead><tr>${columns.map((column) => `<th>${column}</th>`).join('')}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;

function secretOf(event: RecordedEvent, secrets: readonly string[]): string {
  const parsed = OrderEventMetadata.safeParse(event.metadata);
  if (!parsed.success) return 'not known';
  const { signed_with } = parsed.data;
  if (signed_with === null) return 'none: signatures were not checked';
  const place = secrets.indexOf(signed_with);
  const known = place < 0 ? 'not configured any more' : `number ${String(place + 1)} of those configured now`;
  return `<code>${html(signed_with)}</code> (${known})`;
}

const said = (text: string | null | undefined): string => (text === null || text === undefined ? 'none' : html(text));

function timelineRow({ event, reading }: ReportRow, secrets: readonly string[]): string {
  const { order, verdict, rule, stage, same_report_as, unreadable, changes } = reading;
  const changed = changes.map(
    ({ pointer, from, to }) => `${html(pointer)}: ${html(stringifyJson(from))} to ${html(stringifyJson(to))}`,
  );
  const notes = [
    ...(same_report_as === null ? [] : [`the same report as revision ${String(same_report_as.revision)}`]),
    ...(unreadable.length === 0 ? [] : [`read otherwise than it came: ${html(unreadable.join(', '))}`]),
    ...changed,
  ];
  return `<tr>${[
    cell(String(event.revision)),
    cell(html(receivedAt(event))),
    cell(
      `${html(event.type)}<details><summary>as it came</summary><pre>${html(stringifyJson(event.data, 2))}</pre></details>`,
    ),
    cell(`${said(order?.status)} / ${said(order?.delivery_status)}<br>driver: ${said(order?.driver_details?.name)}`),
    cell(said(stage)),
    cell([`<strong>${said(verdict)}</strong>: ${html(rule)}`, ...notes].join('<br>')),
    cell(secretOf(event, secrets)),
  ].join('')}</tr>`;
}

const chainRow = ({ event }: ReportRow): string =>
  `<tr>${[
    cell(String(event.revision)),
    cell(html(event.position)),
    ...(['content_hash', 'previous_hash', 'event_hash'] as const).map((which) =>
      cell(`<code>${said(hashOf(event, which))}</code>`),
    ),
  ].join('')}</tr>`;

/** @returns the report before and after the place of the evidence. */
export function reportParts(options: {
  readonly key: OrderKey;
  readonly rows: readonly ReportRow[];
  readonly secrets: readonly string[];
  readonly checkpoints: readonly unknown[];
  readonly faults: readonly Fault[];
  readonly version: string;
  readonly exportedAt: string;
}): { readonly before: string; readonly after: string } {
  const { key, rows, secrets, checkpoints, faults, version, exportedAt } = options;
  const chain =
    faults.length === 0
      ? '<p class="good">When this file was made, every hash held.</p>'
      : `<div class="bad"><p>When this file was made, not every hash held:</p><ul>${faults
          .map(({ revision, detail }) => `<li>revision ${String(revision)}: ${html(detail)}</li>`)
          .join('')}</ul></div>`;
  const body = [
    `<h1>Evidence: order ${html(key.order_id)} of location ${html(key.location_id)}</h1>`,
    `<p>${String(rows.length)} events, written by Ticket Rail ${html(version)} at ${html(exportedAt)}. This page is a report of the evidence`,
    'that is embedded in it. <code>ticket-rail verify &lt;this file&gt;</code> checks the evidence, and that nothing on this page was',
    'changed, without the service and without a network.</p>',
    '<h2>What was reported, and how it was read</h2>',
    table(
      [
        'revision',
        'received',
        'event',
        'state after it: status / delivery',
        'stage',
        'verdict',
        'secret that verified it',
      ],
      rows.map((row) => timelineRow(row, secrets)),
    ),
    '<p>A secret is named by a fingerprint that does not give it away.</p>',
    '<h2>Chain</h2>',
    chain,
    table(
      ['revision', 'position', 'hash of the content', 'hash of the event before', 'hash of the event'],
      rows.map(chainRow),
    ),
    '<p>Each event holds the hash of the one before it. The hashes are not keyed: anyone who can rewrite the whole store can make a chain',
    'that holds. Against that, only signed checkpoints prove that were kept elsewhere.</p>',
    '<h2>Checkpoints</h2>',
    checkpoints.length === 0
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
<style>${STYLE}
</style>
</head>
<body>
${body}
`,
    after: '\n</body>\n</html>\n',
  };
}
