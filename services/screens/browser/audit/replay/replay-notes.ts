import { html, nothing, type TemplateResult } from 'lit';
import type { ReplaySpan } from '../../board/model/replay';
import { MOST_EVENTS } from '../audit-client';
import type { PlaceClock } from '../model/place-clock';
import { say } from '../model/say';
import { moment } from '../moment';
import { sayParts } from '../words/say-parts';
import type { LoadedBoard } from './replay-client';

/** Renders of which orders a replay is made, with times by a clock. */
export function replayNotes(
  { orders, shortened }: LoadedBoard,
  { from }: ReplaySpan,
  clock: PlaceClock,
): TemplateResult {
  return html`<p class="muted">
    ${sayParts('replay.orders', {
      count: orders.length,
      time: moment(new Date(from).toISOString(), clock),
    })}
    ${shortened === 0 ? nothing : say('replay.shortened', { count: shortened, most: MOST_EVENTS })}
  </p>`;
}
