import { locationOf, modeOf } from '../shared/query';
import { TicketRailBoard } from './ticket-rail-board';

const board = document.querySelector('ticket-rail-board');
const heading = document.querySelector('h1');

const show = (location: string): void => {
  const title = location === '' ? 'Order board' : `Order board: ${location}`;
  document.title = `${title} · Ticket Rail`;
  if (heading !== null) heading.textContent = title;
  if (board instanceof TicketRailBoard) board.location = location;
};

const mode = modeOf(window.location.search);
if (board instanceof TicketRailBoard) board.mode = mode;
show(locationOf(window.location.search));
board?.addEventListener('location-changed', (event) => {
  const { location } = (event as CustomEvent<{ location: string }>).detail; // as the board sends it
  const kept = mode === '' ? '' : `&mode=${encodeURIComponent(mode)}`;
  window.history.pushState(null, '', `?location=${encodeURIComponent(location)}${kept}`);
  show(location);
});
window.addEventListener('popstate', () => {
  show(locationOf(window.location.search));
});
