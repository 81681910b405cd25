import { later } from '../kept/later';
import { say } from '../shared/model/say';
import { speakAround } from '../shared/page-words';
import { clockOf, languageOf, locationOf, placeOf } from '../shared/query';
import { TicketRailCustomers } from './ticket-rail-customers';
import { started } from '../shared/started';

const { search } = window.location;
const location = locationOf(search);
const name = placeOf(search);
const board = document.querySelector('ticket-rail-customers');
if (board instanceof TicketRailCustomers)
  Object.assign(board, { location, name, clock: clockOf(search), language: languageOf(search) });
const setTitle = speakAround(() => {
  const place = board instanceof TicketRailCustomers ? board.place : name || location;
  return place === '' ? say('customers.title') : say('customers.title_of', { place });
});
board?.addEventListener('place-changed', setTitle);
if (board instanceof TicketRailCustomers) {
  later(async () => {
    (await import('../kept/keep-none')).keepNone(board);
  });
}
started();
