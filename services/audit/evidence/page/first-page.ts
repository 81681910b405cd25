import { offsetsOfZone, timeWordsBy } from '../../../../schemas/local-time';
import type { OrderKey } from '../../../../schemas/order-key';
import { hashOf } from '../../../../schemas/events/order-events';
import type { OrderSummary } from '../../../../schemas/api/order-summary';
import { summaryWords } from '../../../../schemas/language/sentences/summary-words';
import { receivedAt } from '../../export/select-events';
import type { EvidenceRow, OrderEvidence } from '../read-order';
import type { Steps } from '../steps';
import { html } from './html';
import { partsAsHtml, stageTable, whoTable } from './order-tables';
import type { PageTimes } from './page-times';
import { contradiction, type ProvenPart, provenWords } from './proven-words';
import { shownWords } from './shown-part';

/** The first page of a bundle, for somebody who has to judge: who, when, for how long, and what of it is proven. */

/** What there is to say of a bundle at its head. */
export interface FirstPageOptions {
  readonly key: OrderKey;
  readonly evidence: OrderEvidence;
  /** What people call the location; null if this is not known. */
  readonly locationName: string | null;
  /** What the proof in the file shows; null if there is none. */
  readonly proven: ProvenPart | null;
  readonly withheld: boolean;
  readonly times: PageTimes;
  readonly version: string;
  readonly exportedAt: string;
}

/**
 * @returns where and when a sentence is about, for who reads it alone: the place that it calls here, the day of its times
 *   that have none, and whose clocks they are of; HTML
 * @param said the times that it says
 */
function leadOf(said: readonly string[], day: string | null, here: string, times: PageTimes): string {
  const offsets = new Set(said.map(times.offset));
  const [offset = null] = offsets.size === 1 ? [...offsets] : [];
  const clocks = times.zone === offset ? 'in UTC' : `by the clocks of ${html(times.zone)}`;
  const ahead = offset === null || offset === times.zone ? '' : ` (${offset})`;
  return `At ${here}${day === null ? '' : ` on ${day}`}, ${clocks}${ahead}:`;
}

/** @returns what became of an order, in one sentence; HTML */
function sentenceOf(order: OrderSummary, place: string, times: PageTimes): string {
  const said: string[] = [];
  summaryWords(order, (at) => {
    said.push(at);
    return at;
  });
  const since = said[0] ?? order.first_received_at;
  const timeWords = timeWordsBy(offsetsOfZone(times.zone));
  const words = summaryWords(order, (at) => timeWords(at, since));
  const saysHere = words.some(({ text, isForeign }) => !isForeign && /\bhere\b/.test(text));
  const lead = leadOf([since, ...said], times.day(since), saysHere ? `${place} (“here”)` : place, times);
  return `<p class="sentence"><span class="lead">${lead}</span> ${partsAsHtml(words)}</p>`;
}

function* orderPart(order: OrderSummary, heading: string, place: string, times: PageTimes): Steps<string> {
  return [
    `<h2>${heading}</h2>`,
    sentenceOf(order, place, times),
    yield* whoTable(order, times),
    yield* stageTable(order, times),
  ].join('\n');
}

function restaurantWords({ location_id }: OrderKey, name: string | null): string {
  const id = `location id <strong>${html(location_id)}</strong>`;
  return name === null
    ? `${id}. This service is not set to call it by a name.`
    : `<strong>${html(name)}</strong>, ${id}. The name is a setting of this service: nothing here proves it.`;
}

/** @returns up to where the file goes: the order may have gone on while it was asked for, and since. */
function extentWords(rows: readonly EvidenceRow[], { say }: PageTimes): string {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return '';
  const from = first.event.revision === 0 ? '' : ` from revision ${String(first.event.revision)} on,`;
  const count = rows.length === 1 ? '1 event' : `${String(rows.length)} events`;
  const upTo = `up to revision ${String(last.event.revision)}, ${say(receivedAt(last.event))}`;
  return `Everything recorded${from} ${upTo}: ${count}. What came later is not in it.`;
}

const CHECK =
  'Anybody can check the file (not a print of it) without the service and without a network: in a browser, with the page ' +
  '<code>verifier.html</code> of Ticket Rail, or with the command <code>ticket-rail verify &lt;this file&gt;</code>.';
const WITHHELD =
  '<p class="withheld"><strong>Phones and passcodes were withheld</strong> from this file: each stands as [withheld]. So were ' +
  'the hashes that they could be found from, and signed checkpoints; so those hashes cannot be computed again.</p>';

/** @returns what the file is about and up to where, HTML. */
function facts({ key, evidence, locationName, times, version, exportedAt }: FirstPageOptions): string {
  const clocks = times.zone === 'UTC' ? 'In UTC' : `By the clocks of ${html(times.zone)}`;
  const screens = shownWords(evidence, times);
  const all = [
    ['Restaurant', restaurantWords(key, locationName)],
    ['Recorded', extentWords(evidence.rows, times)],
    ...(screens === null ? [] : [['Screens', screens] as const]),
    ['Times', `${clocks}, cut to the second. Each event below has its time in UTC too.`],
    [
      'Written',
      `At ${times.say(exportedAt)} by Ticket Rail ${html(version)}, from the events that are embedded in the file.`,
    ],
    ['To check it', CHECK],
  ] as const;
  return `<dl>\n${all.map(([name, words]) => `<dt>${name}</dt><dd>${words}</dd>`).join('\n')}\n</dl>`;
}

/** @returns what stands on the first page, HTML. */
export function* firstPage(options: FirstPageOptions): Steps<string> {
  const { key, evidence, locationName, proven, withheld, times } = options;
  const { orders } = evidence;
  const place = locationName === null ? `location ${html(key.location_id)}` : html(locationName);
  const parts: string[] = [];
  for (const [index, order] of orders.entries()) {
    const heading =
      orders.length === 1
        ? 'What became of it'
        : `Order ${String(index + 1)} of ${String(orders.length)} with this number`;
    parts.push(yield* orderPart(order, heading, place, times));
  }
  return [
    '<section class="first">',
    `<h1>Evidence: order ${html(key.order_id)}</h1>`,
    facts(options),
    ...(withheld ? [WITHHELD] : []),
    contradiction(proven),
    ...parts,
    provenWords({
      proven,
      withheld,
      hasClaims: (evidence.shown?.receipts.length ?? 0) > 0,
      isSealed: evidence.rows.every(({ event }) => hashOf(event, 'event_hash') !== null),
    }),
    '</section>',
  ].join('\n');
}
