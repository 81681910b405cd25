import { locationOf } from '../shared/query';
import { TicketRailCustomers } from './ticket-rail-customers';

const location = locationOf(window.location.search);
const board = document.querySelector('ticket-rail-customers');
if (board instanceof TicketRailCustomers) board.location = location;
document.title = `${location === '' ? 'Orders' : `Orders: ${location}`} · Ticket Rail`;
