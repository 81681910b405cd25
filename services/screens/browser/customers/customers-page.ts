import { clockOf, locationOf, placeOf } from '../shared/query';
import { TicketRailCustomers } from './ticket-rail-customers';

const { search } = window.location;
const location = locationOf(search);
const name = placeOf(search) || location;
const board = document.querySelector('ticket-rail-customers');
if (board instanceof TicketRailCustomers) Object.assign(board, { location, name, clock: clockOf(search) });
document.title = `${name === '' ? 'Orders' : `Orders: ${name}`} · Ticket Rail`;
