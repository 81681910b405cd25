import { quarantineFilters } from './model/quarantine-filters';
import { TicketRailQuarantine } from './ticket-rail-quarantine';
import { started } from '../shared/started';

const quarantine = new TicketRailQuarantine();
quarantine.filters = quarantineFilters(Object.fromEntries(new URLSearchParams(window.location.search)));
document.querySelector('main')?.append(quarantine);
started();
