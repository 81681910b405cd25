import { offsetsOfZone, offsetText, timeWordsBy, wallClock } from '../../../../schemas/local-time';
import type { OrderKey } from '../../../../schemas/order-key';
import type { DriverTurn, OrderSummary, StageSpan } from '../../../../schemas/api/order-summary';
import { sourceWords } from '../../../../schemas/words/source-words';
import { spanWords } from '../../../../schemas/words/span-words';
import { STAGE_WORDS } from '../../../../schemas/words/stage-words';
import { summaryWords } from '../../../../schemas/language/sentences/summary-words';
import { VERDICT_WORDS } from '../../../../schemas/words/verdict-words';
import { FINAL_STAGES } from '../../../../schemas/vocabulary';
import { cell, html, list, table, wide } from './html';
import type { OrderEvidence } from '../read-order';
import { mapped, type Steps } from '../steps';

/** The first page of a bundle, for somebody who has to judge: who, when, for how long, and what of it is proven. */

const UTC = 'UTC';

/** Times as a page shows them, each by the clocks of the place and in UTC. */
export interface PageTimes {
  readonly zone: string;
  /** HTML. */
  readonly show: (at: string) => string;
}

/** @param timeZone by whose clocks times are shown, beside UTC */
export function pageTimes(timeZone: string): PageTimes {
  const offsetAt = offsetsOfZone(timeZone);
  const show = (at: string): string => {
    const ms = Date.parse(at);
    const utc = `<time>${html(at)}</time>`;
    if (timeZone === UTC || Number.isNaN(ms)) return utc;
    const offset = offsetAt(ms);
    return `<time>${wallClock(ms, offset)} UTC${offsetText(offset)}</time><br><span class="utc">${utc}</span>`;
  };
  return { zone: timeZone, show };
}

const between = (from: string, to: string): string => spanWords(Math.max(0, Date.parse(to) - Date.parse(from)));

/** @returns from when to when, and for how long; HTML. */
const spanCells = ({ from, to }: { readonly from: string; readonly to: string | null }, { show }: PageTimes): string =>
  [cell(show(from)), cell(to === null ? 'not over' : show(to)), cell(to === null ? '' : between(from, to))].join('');

/** A stage at which an order has ended is not over, and has no end either. */
const stageRow = (span: StageSpan, times: PageTimes): string =>
  span.to === null && FINAL_STAGES.has(span.stage)
    ? [cell(STAGE_WORDS[span.stage]), cell(times.show(span.from)), cell(''), cell('')].join('')
    : `${cell(STAGE_WORDS[span.stage])}${spanCells(span, times)}`;

function driverRows(turn: DriverTurn, times: PageTimes): readonly string[] {
  const { name, source, license_plate, here, without_food_at, left_at } = turn;
  const who = [
    `<strong>${name === null ? 'a driver without a name' : html(name)}</strong>`,
    ...(source === null ? [] : [html(sourceWords(source))]),
    ...(license_plate === null ? [] : [`plate ${html(license_plate)}`]),
  ].join(', ');
  const row = (what: string, cells: string): string => `${cell(who)}${cell(what)}${cells}`;
  const moment = (at: string): string => `${cell(times.show(at))}${cell('')}${cell('')}`;
  return [
    row('was the driver of the order', spanCells(turn, times)),
    ...here.map((visit) => row('was at the restaurant', spanCells(visit, times))),
    ...(without_food_at === null ? [] : [row('did not get the food', moment(without_food_at))]),
    ...(left_at === null ? [] : [row('left with the order', moment(left_at))]),
  ];
}

const leftOutWords = (rows: number): string =>
  rows === 0 ? '' : `<p>${String(rows)} more, in the middle, are left out here. The reports below have them all.</p>`;

function* orderPart(order: OrderSummary, times: PageTimes, heading: string): Steps<string> {
  const { stages, drivers, verdicts } = order;
  const words = summaryWords(order, timeWordsBy(offsetsOfZone(times.zone)));
  return [
    `<h2>${heading}</h2>`,
    `<p class="sentence">${words.map(({ text, isForeign }) => (isForeign ? html(text) : text)).join('')}</p>`,
    '<h3>Who, and when</h3>',
    drivers.length === 0
      ? '<p>No driver was reported.</p>'
      : wide(
          table(
            ['who', 'what was reported', 'from', 'to', 'for'],
            (yield* mapped(drivers, (turn) => driverRows(turn, times))).flat(),
          ),
          'Who, and when',
        ),
    leftOutWords(order.drivers_left_out),
    '<h3>Where the order stood</h3>',
    wide(
      table(['stage', 'from', 'to', 'for'], yield* mapped(stages, (span) => stageRow(span, times))),
      'Where the order stood',
    ),
    leftOutWords(order.stages_left_out),
    '<h3>How the reports were read</h3>',
    list(
      verdicts.map(({ verdict, events }) => {
        const { words: name, rule } = VERDICT_WORDS[verdict];
        return `<strong>${name}</strong>, ${events === 1 ? '1 report' : `${String(events)} reports`}. ${rule}`;
      }),
    ),
  ].join('\n');
}

/** The hashes are not keyed: of all that is proven, this is the condition. */
const CONDITION = 'unless somebody computed all hashes of the file anew';
const PROVEN = [
  `What was reported, and when this service received it, ${CONDITION}: each event holds a hash of its content, and the hash of ` +
    'the event before it (events that versions before these hashes stored have none). An event that was changed, ' +
    'removed, inserted or moved is found.',
  'That this page says nothing but what follows from the events in this file: it is made again from them and compared.',
];
const provenByNote = (position: string): string =>
  `That the events up to position ${position} were in a log that the key of this service signed. Anyone who has the key could ` +
  'sign another log: a witness helps against that, or a note that was kept elsewhere. It takes the public key of the service, ' +
  'from elsewhere.';
const PROVEN_OF_WITHHELD = [
  `That this file is whole, and as it was written, ${CONDITION}: each of its lines holds the hash of the line before it.`,
  'That this page says nothing but what the lines in this file say.',
];
const NOT_PROVEN_OF_ANY = [
  'That what was reported was true. Times are those at which reports came; nobody watched the door.',
  'That no report was lost on its way here, or never sent.',
  'That the whole file was not made anew, or cut at its beginning or end, with all its hashes, which anybody can compute: ' +
    'comparing it with the store finds that. That the store was not, only signed checkpoints prove that were kept elsewhere.',
];
const NOT_PROVEN = [
  ...NOT_PROVEN_OF_ANY,
  'Who signed the checkpoints in this file, unless it is verified with the public key of the service, from elsewhere.',
];
const NOT_PROVEN_OF_WITHHELD = [
  ...NOT_PROVEN_OF_ANY,
  'That the events are what was recorded, and that how they were read follows from them: it takes the hashes and values that ' +
    'are withheld. A file with them can be had from the restaurant.',
];

/** What a proof shows of the events of an order. */
export interface ProvenPart {
  /** Of the event that it is of. */
  readonly position: string;
  /** It leads from that event, as it is in the file, to the note; otherwise another event was signed there. */
  readonly holds: boolean;
}

const contradicted = (position: string): string =>
  `<div class="bad"><p>The log has another event at position ${html(position)} than a signed note of it says: one was changed` +
  ' after it was signed.</p></div>';

/** @returns what stands on the first page, HTML. */
export function* firstPage(options: {
  readonly key: OrderKey;
  readonly evidence: OrderEvidence;
  /** What the proof in the file shows; null if there is none. */
  readonly proven: ProvenPart | null;
  readonly withheld: boolean;
  readonly times: PageTimes;
  readonly version: string;
  readonly exportedAt: string;
}): Steps<string> {
  const { key, evidence, proven, withheld, times, version, exportedAt } = options;
  const { rows, orders } = evidence;
  const ways = times.zone === UTC ? 'Times are in UTC.' : `Times are those of ${html(times.zone)}, with UTC below.`;
  const parts: string[] = [];
  for (const [index, order] of orders.entries()) {
    const heading =
      orders.length === 1
        ? 'What became of it'
        : `Order ${String(index + 1)} of ${String(orders.length)} with this number`;
    parts.push(yield* orderPart(order, times, heading));
  }
  return [
    '<section class="first">',
    `<h1>Evidence: order ${html(key.order_id)} of location ${html(key.location_id)}</h1>`,
    `<p>${String(rows.length)} events, written by Ticket Rail ${html(version)} at ${html(exportedAt)}. ${ways} This page is a report`,
    'of the evidence that is embedded in it. Anybody can check the evidence, and that nothing on this page was changed, without the',
    'service and without a network: in a browser, with the page <code>verifier.html</code> of Ticket Rail, or with the command',
    '<code>ticket-rail verify &lt;this file&gt;</code>.</p>',
    ...(withheld
      ? [
          '<p class="withheld"><strong>Phones and passcodes were withheld</strong> from this file: each stands as [withheld]. With them',
          'the hashes were withheld that they could be found from, and signed checkpoints; so those hashes cannot be computed again.</p>',
        ]
      : []),
    ...(proven === null || proven.holds ? [] : [contradicted(proven.position)]),
    ...parts,
    '<h2>What this file proves</h2>',
    list(
      withheld ? PROVEN_OF_WITHHELD : [...PROVEN, ...(proven?.holds === true ? [provenByNote(proven.position)] : [])],
    ),
    '<h2>What it does not prove</h2>',
    list(withheld ? NOT_PROVEN_OF_WITHHELD : NOT_PROVEN),
    '</section>',
  ].join('\n');
}
