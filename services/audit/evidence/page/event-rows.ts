import { stringifyJson } from '../../../../schemas/json/exact-json';
import { isJsonObject } from '../../../../schemas/json/json-object';
import { isActionType } from '../../../../schemas/events/rail-actions';
import { valueAt } from '../../../../schemas/records';
import { STAGE_WORDS } from '../../../../schemas/words/stage-words';
import { VERDICT_WORDS } from '../../../../schemas/words/verdict-words';
import type { RecordedEvent } from '../../../event-store/event-store';
import { receivedAt } from '../../export/select-events';
import type { EvidenceRow } from '../read-order';
import { changeWords, deliveryWords, fieldWords, statusWords } from './change-words';
import { cell, html, list, wideCell } from './html';
import type { PageTimes } from './page-times';

/** The events of an order as rows: what came, how it was read, and what it changed. */

export const EVENT_COLUMNS = ['revision', 'received', 'event', 'the order after it', 'stage', 'read as'];

/** What types of events are, for people. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  'order.updated': 'Report',
  'order.canceled': 'Report of a cancellation',
  'rail.handed_over': 'Handed over here',
  'rail.acknowledged': 'Seen here',
  'rail.undone': 'Undone here',
};

function secretOf({ type, metadata }: RecordedEvent, secrets: readonly string[]): string {
  if (isActionType(type)) return 'none: it was done here';
  const signedWith = isJsonObject(metadata) ? metadata['signed_with'] : undefined;
  if (signedWith === null) return 'none, as signatures were not checked';
  if (typeof signedWith !== 'string') return 'not known';
  const place = secrets.indexOf(signedWith);
  const known = place < 0 ? 'not configured any more' : `number ${String(place + 1)} of those configured now`;
  return `<code>${html(signedWith)}</code> (${known})`;
}

function typeWords({ type, data }: RecordedEvent): string {
  const words = valueAt(TYPE_WORDS, type);
  const named = words === undefined ? html(type) : `${words}<br><code class="wire">${html(type)}</code>`;
  return `${named}<details><summary>as it came</summary><pre>${html(stringifyJson(data, 2))}</pre></details>`;
}

/** How the order stands, as last reported. */
function stateWords({ order }: EvidenceRow['reading']): string {
  const { status = null, delivery_status = null, driver_details = null } = order ?? {};
  const name = driver_details?.name ?? null;
  return [
    `Order: ${status === null ? 'nothing reported' : statusWords(status)}`,
    `Delivery: ${delivery_status === null ? 'nothing reported' : deliveryWords(delivery_status)}`,
    `Driver: ${driver_details === null ? 'none' : name === null ? 'without a name' : html(name)}`,
  ].join('<br>');
}

/** The rows of an event: how it was read, and below, over the whole width, what it changed. */
export function eventRows({ event, reading }: EvidenceRow, secrets: readonly string[], times: PageTimes): string[] {
  const { verdict, rule, stage, same_report_as, unreadable, changes } = reading;
  const notes = [
    html(rule),
    ...(same_report_as === null ? [] : [`The same report as revision ${String(same_report_as.revision)}.`]),
    ...(unreadable.length === 0 ? [] : [`Read otherwise than it came: ${unreadable.map(fieldWords).join(', ')}.`]),
    ...(changes.length === 0 ? ['It changed nothing.'] : []),
  ].join('<br>');
  const changed = changes.length === 0 ? '' : list(changes.map((change) => changeWords(change, times)));
  const secret = `<small>Secret that verified it: ${secretOf(event, secrets)}.</small>`;
  const cells = [
    cell(String(event.revision)),
    cell(times.show(receivedAt(event))),
    cell(typeWords(event)),
    cell(stateWords(reading)),
    cell(stage === null ? 'none' : STAGE_WORDS[stage]),
    cell(`<strong>${verdict === null ? 'none' : VERDICT_WORDS[verdict].words}</strong>`),
  ];
  return [cells.join(''), `${cell('')}${wideCell(cells.length - 1, `${notes}${changed}${secret}`)}`];
}
