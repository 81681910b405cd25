import { speakPage } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import { TicketRailCoverage } from './coverage/ticket-rail-coverage';
import { AUDITORS, say } from './model/say';
import { parseFilters } from './model/search';

const coverage = document.querySelector('ticket-rail-coverage');
if (coverage instanceof TicketRailCoverage) {
  coverage.filters = parseFilters(new URLSearchParams(window.location.search));
  speakPage(() => say('coverage.title'), AUDITORS, coverage);
}
started();
