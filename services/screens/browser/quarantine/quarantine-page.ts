import { speakAsAsked } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import { quarantineFilters } from './model/quarantine-filters';
import { TicketRailQuarantine } from './ticket-rail-quarantine';

const quarantine = new TicketRailQuarantine();
quarantine.filters = quarantineFilters(Object.fromEntries(new URLSearchParams(window.location.search)));
document.querySelector('main')?.append(quarantine);
speakAsAsked('quarantine.title', quarantine);
started();
