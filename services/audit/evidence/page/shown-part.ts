import type { OrderReceipt } from '../../../../schemas/api/screen-reports';
import { actionOf, type RailAction } from '../../../../schemas/events/rail-actions';
import { offsetsOfZone, timeWordsBy } from '../../../../schemas/local-time';
import { clockSpanWords } from '../../../../schemas/words/span-words';
import { receivedAt } from '../../export/select-events';
import type { EvidenceRow, OrderEvidence } from '../read-order';
import { mapped, type Steps } from '../steps';
import { cell, groupedTable, html, tallCell, wide, wideCell } from './html';
import type { PageTimes } from './page-times';

/** What screens claim to have shown of an order, and what people pressed on them: of the one there is no proof. */

/** Claims of an event that have a row; of more there is the number. Those of a screen, three at most, often come together. */
const MOST_CLAIMS = 12;
/** Milliseconds between two clocks that nobody has to know of: a report takes some time as well. */
const CLOSE_MS = 2_000;
const COLUMNS = ['revision', 'received', 'what was on which screen', 'when', 'reported'];
/** All but those that say of which revision a group is. */
const OTHER_COLUMNS = COLUMNS.length - 2;

const PART_WORDS: Readonly<Record<OrderReceipt['shown'], string>> = {
  tile: 'the order in view',
  card: 'its card in view',
  alarm: 'an alarm sounded for it',
};

/** What somebody pressed, and the event that it is. */
interface Pressed {
  readonly row: EvidenceRow;
  readonly action: RailAction;
}

/** An event that screens claim to have shown. */
interface ShownEvent {
  readonly row: EvidenceRow;
  /** At least one, oldest first. */
  readonly claims: readonly OrderReceipt[];
  /** What was pressed on screens that showed it, oldest first. */
  readonly pressed: readonly Pressed[];
}

function byRevision<Item>(items: readonly Item[], revisionOf: (item: Item) => number): ReadonlyMap<number, Item[]> {
  const found = new Map<number, Item[]>();
  for (const item of items) {
    const revision = revisionOf(item);
    const known = found.get(revision);
    if (known === undefined) found.set(revision, [item]);
    else known.push(item);
  }
  return found;
}

/** @returns the events that screens claim to have shown, in their order. */
function shownEvents({ rows, shown }: OrderEvidence): readonly ShownEvent[] {
  const claimed = byRevision(shown?.receipts ?? [], ({ revision }) => revision);
  const pressed = byRevision(
    rows.flatMap((row): readonly Pressed[] => {
      const action = actionOf(row.event);
      return action === null ? [] : [{ row, action }];
    }),
    ({ action }) => action.data.seen_revision,
  );
  return rows.flatMap((row) => {
    const { revision } = row.event;
    const claims = claimed.get(revision);
    return claims === undefined ? [] : [{ row, claims, pressed: pressed.get(revision) ?? [] }];
  });
}

function clockWords(offset: number): string {
  if (Math.abs(offset) <= CLOSE_MS) return '';
  return ` <small>Its clock was ${clockSpanWords(Math.abs(offset))} ${offset > 0 ? 'behind' : 'ahead'}, which is taken into account.</small>`;
}

function claimRow(claim: OrderReceipt, times: PageTimes): string {
  const { name, reader, shown, shown_at, received_at, clock_offset_ms } = claim;
  const as = reader === null || reader === name ? '' : `, signed in as ${html(reader)}`;
  const words = `<strong>${html(name)}</strong>${as}: ${PART_WORDS[shown]}.${clockWords(clock_offset_ms)}`;
  return `${cell(words)}${cell(times.show(shown_at))}${cell(times.show(received_at))}`;
}

const pressedRow = ({ row, action }: Pressed, times: PageTimes): string =>
  [
    cell(`On record, at revision ${String(row.event.revision)}: ${html(row.reading.rule)}`),
    cell(times.show(action.data.at)),
    cell(times.show(receivedAt(row.event))),
  ].join('');

/** @returns the rows of an event, the first of which says which it is. */
function eventRows({ row, claims, pressed }: ShownEvent, times: PageTimes): readonly string[] {
  const more = claims.length - MOST_CLAIMS;
  const rows = [
    ...claims.slice(0, MOST_CLAIMS).map((claim) => claimRow(claim, times)),
    ...(more > 0
      ? [wideCell(OTHER_COLUMNS, `More claims of screens that stand in the data of this file: ${String(more)}.`)]
      : []),
    ...pressed.map((one) => pressedRow(one, times)),
  ];
  const of = `${tallCell(rows.length, String(row.event.revision))}${tallCell(rows.length, times.show(receivedAt(row.event)))}`;
  return rows.map((cells, index) => (index === 0 ? `${of}${cells}` : cells));
}

const LIMITS = [
  '<p>Screens report this of themselves: these are <strong>claims, not proofs</strong>. Each says that a browser that was signed',
  'in here reported, not later than the last column says, to have painted the order as it was at that revision: in view on a',
  'page that could be seen. It does not say that anybody looked, that the display was on, or that the speaker was loud. Times',
  'are by the clock of the screen and what it differed by from the one of this service, never before the revision was received',
  'nor after the report. Claims are not in the chain of the order: the service copied them from its log, so that the file is',
  'as it was written is all that can be checked of them here.</p>',
];
const NONE_PROVES_NOTHING =
  'That there is no claim of a revision proves nothing: a report may have been lost, or was on its way when this file was ' +
  'written, another revision may have come before it was painted, only the days on which the order had news and the days after ' +
  'are looked through, and the restaurant may have old ones deleted.';

/** @returns what screens claim, HTML; nothing in bundles of versions that did not say so. */
export function* shownPart(evidence: OrderEvidence, times: PageTimes): Steps<readonly string[]> {
  const { shown } = evidence;
  if (shown === null) return [];
  const heading = '<h2>What screens showed</h2>';
  if (shown.receipts.length === 0) {
    return [heading, `<p>No screen reported that it showed the order. ${NONE_PROVES_NOTHING}</p>`];
  }
  const groups = yield* mapped(shownEvents(evidence), (event) => eventRows(event, times));
  return [
    heading,
    ...LIMITS,
    wide(groupedTable(COLUMNS, groups), 'What screens showed'),
    ...(shown.truncated
      ? ['<p><strong>Screens reported more than is in this file</strong>, which has room for so much.</p>']
      : []),
    `<p>${NONE_PROVES_NOTHING}</p>`,
  ];
}

/**
 * @returns when screens claim to have shown the order: while a driver was here, or else first; HTML; null if none does.
 */
export function shownWords(evidence: OrderEvidence, times: PageTimes): string | null {
  const seen = shownEvents(evidence).flatMap((event) => {
    const claim = event.claims.find(({ shown }) => shown !== 'alarm');
    return claim === undefined ? [] : [{ ...event, claim }];
  });
  const here = seen.find(({ row }) => row.reading.order?.attention.includes('driver_here'));
  const [first] = here === undefined ? seen : [here];
  if (first === undefined) return null;
  const { row, claim, pressed } = first;
  const at = receivedAt(row.event);
  const timeWords = timeWordsBy(offsetsOfZone(times.zone));
  const of = `Revision ${String(row.event.revision)}${here === undefined ? '' : ', with which a driver was here'}`;
  const [press] = pressed;
  const done = press === undefined ? '.' : `; ${timeWords(press.action.data.at, at)} ${html(press.row.reading.rule)}`;
  const screen = `<strong>${html(claim.name)}</strong> ${timeWords(claim.shown_at, at)}, as it claims`;
  return `${of}: received ${times.say(at)}, on screen ${screen}${done}`;
}
