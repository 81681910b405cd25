import { stringifyJson } from '../../../../schemas/json/exact-json';
import { isJsonObject } from '../../../../schemas/json/json-object';
import type { OrderSummary } from '../../../../schemas/api/order-summary';
import { hashOf } from '../../../../schemas/events/order-events';
import type { OrderKey } from '../../../../schemas/order-key';
import { VERDICT_WORDS } from '../../../../schemas/words/verdict-words';
import { VERDICTS } from '../../../../schemas/vocabulary';
import { leafOf } from '../../../event-store/seal/log-hash';
import { htmlText } from '../../../http/html-text';
import { provenInclusion } from '../../merkle/inclusion-text';
import { leafHashOf } from '../../merkle/tree';
import type { BundleOptions, EventProof } from '../bundle-options';
import type { ChainFault, EvidenceRow } from '../read-order';
import { mapped, type Steps } from '../steps';
import { EVENT_COLUMNS, eventRows } from './event-rows';
import { firstPage } from './first-page';
import { cell, groupedTable, html, list, printed, table, wide } from './html';
import { pageFoot } from './page-foot';
import { PAGE_STYLE } from './page-style';
import { pageTimes } from './page-times';
import type { ProvenPart } from './proven-words';
import { shownPart } from './shown-part';

/** The report of a bundle: HTML that runs nothing and loads nothing, and in which whatever was recorded is text. */

const said = (text: string | null): string => (text === null ? 'none' : html(text));

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

/** Browsers that put nothing at the foot of pages print it at their head. */
const titleOf = ({ order_id, location_id }: OrderKey, locationName: string | null): string =>
  `Evidence: order ${order_id}, ${locationName ?? `location ${location_id}`}`;

const CHAIN_COLUMNS = ['revision', 'position', 'hash of the content', 'hash of the event before', 'hash of the event'];

/** How many events were read in which way, by which rule: of all orders that had the number. */
function verdictItems(orders: readonly OrderSummary[]): readonly string[] {
  const counts = orders.flatMap(({ verdicts }) => verdicts);
  return VERDICTS.flatMap((verdict) => {
    const events = counts.reduce((sum, one) => (one.verdict === verdict ? sum + one.events : sum), 0);
    const { words, rule } = VERDICT_WORDS[verdict];
    const count = events === 1 ? '1 event' : `${String(events)} events`;
    return events === 0 ? [] : [`<strong>${words}</strong>, ${count}. ${rule}`];
  });
}

/** @returns the report before and after the place of the evidence. */
export function* reportParts(options: BundleOptions): Steps<{ readonly before: string; readonly after: string }> {
  const { key, evidence, secrets, checkpoints, proof, withheld, timeZone = 'UTC', version, exportedAt } = options;
  const { locationName = null } = options;
  const { rows, orders, faults } = evidence;
  const times = pageTimes(timeZone);
  const body = [
    yield* firstPage({
      key,
      evidence,
      locationName,
      proven: proof === null ? null : provenPart(proof, evidence),
      withheld,
      times,
      version,
      exportedAt,
    }),
    '<h2>What was reported, and how it was read</h2>',
    wide(groupedTable(EVENT_COLUMNS, yield* mapped(rows, (row) => eventRows(row, secrets, times))), 'Events'),
    '<p>In small type stand the words as they came. Where no value before is named, there was none. A secret is named by a',
    'fingerprint that does not give it away.</p>',
    '<h3>The ways in which events were read</h3>',
    list(verdictItems(orders)),
    ...(yield* shownPart(evidence, times)),
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
<title>${htmlText(printed(titleOf(key, locationName)))}</title>
<style>${PAGE_STYLE}
${pageFoot(key, locationName)}
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
