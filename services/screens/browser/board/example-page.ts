import { listLocations } from '../feed/locations';
import { locationOf } from '../shared/query';
import { TicketRailBoard } from './ticket-rail-board';

/** Most events that the page lists. */
const MOST_EVENTS = 20;

const board = document.querySelector('ticket-rail-board');
const log = document.querySelector('#events');

const note = (event: Event): void => {
  const { order } = (event as CustomEvent<{ order?: { order_id: string } }>).detail; // as the board sends it
  const line = document.createElement('li');
  const what = document.createElement('code');
  const id = document.createElement('bdi');
  what.textContent = event.type;
  id.textContent = order?.order_id ?? JSON.stringify((event as CustomEvent<unknown>).detail); // the same
  line.append(what, ' ', id);
  log?.prepend(line);
  while ((log?.children.length ?? 0) > MOST_EVENTS) log?.lastElementChild?.remove();
};

for (const name of ['order-opened', 'driver-arrived', 'order-canceled', 'freshness-changed', 'location-changed']) {
  board?.addEventListener(name, note);
}

/** Sets the board to the location of the address, or the first that there is. */
async function choose(): Promise<void> {
  const named = locationOf(window.location.search);
  const answer = named === '' ? await listLocations('', null) : null;
  const first = answer?.kind === 'listed' ? answer.locations[0]?.location_id : undefined;
  if (board instanceof TicketRailBoard) board.location = first ?? named;
}

void choose();
