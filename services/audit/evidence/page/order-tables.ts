import type { DriverTurn, Handover, OrderSummary, StageSpan } from '../../../../schemas/api/order-summary';
import { checkedPhrase } from '../../../../schemas/language/sentences/action-words';
import {
  foreign,
  OF_FILES,
  partsOfPhrase,
  phrase,
  type SentencePart,
} from '../../../../schemas/language/sentences/phrase';
import { cameLate, driverPhrase } from '../../../../schemas/language/sentences/summary-words';
import { sourceWords } from '../../../../schemas/words/source-words';
import { STAGE_WORDS } from '../../../../schemas/words/stage-words';
import { FINAL_STAGES } from '../../../../schemas/vocabulary';
import { mapped, type Steps } from '../steps';
import { cell, groupedTable, html, table, tallCell, wide, wideCell } from './html';
import { type PageTimes, spanOf } from './page-times';

/** Who was to bring an order and was here, who handed it over, and where it stood: when, and for how long. */

const WHO_COLUMNS = ['who', 'what was reported', 'from', 'to', 'for'];
/** All but the one with the driver. */
const OTHER_COLUMNS = WHO_COLUMNS.length - 1;

/** @returns from when to when, and for how long; HTML. */
const spanCells = ({ from, to }: { readonly from: string; readonly to: string | null }, { show }: PageTimes): string =>
  [cell(show(from)), cell(to === null ? 'not over' : show(to)), cell(to === null ? '' : spanOf(from, to))].join('');

const momentCells = (at: string, { show }: PageTimes): string => `${cell(show(at))}${cell('')}${cell('')}`;

/** @returns what is said of an order as HTML, in which what others wrote is isolated. */
export const partsAsHtml = (parts: readonly SentencePart[]): string =>
  parts.map(({ text, isForeign }) => (isForeign ? html(text) : text)).join('');

function whoWords({ name, source, license_plate }: DriverTurn): string {
  return [
    `<strong>${name === null ? 'a driver without a name' : html(name)}</strong>`,
    ...(source === null ? [] : [html(sourceWords(source))]),
    ...(license_plate === null ? [] : [`plate ${html(license_plate)}`]),
  ].join(', ');
}

/** What was not reported of a driver is said too: it is what is asked for. */
const NOT_HERE = 'not reported to have been at the restaurant';
const NOT_LEFT = 'not reported to have left with the order';
const NEITHER = 'not reported to have been at the restaurant, nor to have left with the order';

/** @returns the rows of one driver, the first of which says who that is. */
function driverRows(turn: DriverTurn, times: PageTimes): readonly string[] {
  const { began, from, here, visits_left_out, without_food_at, left_at } = turn;
  const row = (what: string, cells: string): string => `${cell(what)}${cells}`;
  const timeless = (what: string): string => wideCell(OTHER_COLUMNS, what);
  const visits = here.map((visit) => row('was at the restaurant', spanCells(visit, times)));
  const half = Math.floor(visits.length / 2);
  const leftOut = visits_left_out === 0 ? [] : [timeless(`${String(visits_left_out)} more visits are left out here`)];
  const wasHere = visits.length > 0;
  const rows = [
    began === 'after_end'
      ? row('was first named after the order had ended', momentCells(from, times))
      : row('was the driver of the order', spanCells(turn, times)),
    ...(wasHere ? [...visits.slice(0, half), ...leftOut, ...visits.slice(half)] : []),
    ...(without_food_at === null ? [] : [row('did not get the food', momentCells(without_food_at, times))]),
    ...(wasHere ? [] : [timeless(left_at === null ? NEITHER : NOT_HERE)]),
    ...(left_at === null ? [] : [row('left with the order', momentCells(left_at, times))]),
    ...(left_at === null && wasHere ? [timeless(NOT_LEFT)] : []),
  ];
  return rows.map((cells, index) => (index === 0 ? `${tallCell(rows.length, whoWords(turn))}${cells}` : cells));
}

/** @returns who handed the order over to whom, as a row. */
function handoverRow(handover: Handover, times: PageTimes): string {
  const { by, at, received_at, undone_at, compared } = handover;
  const done = phrase('said.handed_over', {
    by: by === null ? phrase('said.somebody') : foreign(by),
    driver: driverPhrase(handover),
  });
  const notes = [
    'by the screen’s clock',
    ...(cameLate(handover) ? [`it came at ${times.say(received_at)}`] : []),
    ...(undone_at === null ? [] : [`undone at ${times.say(undone_at)}`]),
  ];
  const words = partsAsHtml(partsOfPhrase(checkedPhrase(done, compared), OF_FILES, String));
  return `${wideCell(2, `${words} (${notes.join('; ')})`)}${momentCells(at, times)}`;
}

/** A stage at which an order has ended is not over, and has no end either. */
const stageRow = (span: StageSpan, times: PageTimes): string =>
  `${cell(STAGE_WORDS[span.stage])}${
    span.to === null && FINAL_STAGES.has(span.stage) ? momentCells(span.from, times) : spanCells(span, times)
  }`;

const leftOutWords = (rows: number): string =>
  rows === 0 ? '' : `<p>${String(rows)} more, in the middle, are left out here. The reports below have them all.</p>`;

/** @returns who, and when. */
export function* whoTable(order: OrderSummary, times: PageTimes): Steps<string> {
  const { drivers, drivers_left_out, handovers, handovers_left_out } = order;
  const groups = [
    ...(yield* mapped(drivers, (turn) => driverRows(turn, times))),
    ...handovers.map((handover) => [handoverRow(handover, times)]),
  ];
  return [
    '<h3>Who, and when</h3>',
    drivers.length === 0 ? '<p>No driver was reported.</p>' : '',
    groups.length === 0 ? '' : wide(groupedTable(WHO_COLUMNS, groups), 'Who, and when'),
    leftOutWords(drivers_left_out + handovers_left_out),
  ].join('\n');
}

/** @returns where the order stood, and when. */
export function* stageTable({ stages, stages_left_out }: OrderSummary, times: PageTimes): Steps<string> {
  return [
    '<h3>Where the order stood</h3>',
    wide(
      table(['stage', 'from', 'to', 'for'], yield* mapped(stages, (span) => stageRow(span, times))),
      'Where the order stood',
    ),
    leftOutWords(stages_left_out),
  ].join('\n');
}
