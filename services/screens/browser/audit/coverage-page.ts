import { readFilters } from './model/search';
import { TicketRailCoverage } from './coverage/ticket-rail-coverage';
import { started } from '../shared/started';

const coverage = document.querySelector('ticket-rail-coverage');
if (coverage instanceof TicketRailCoverage) coverage.filters = readFilters(new URLSearchParams(window.location.search));
started();
