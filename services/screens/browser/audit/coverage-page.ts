import { speakPage } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import { TicketRailCoverage } from './coverage/ticket-rail-coverage';
import { AUDITORS, say } from './model/say';
import { readFilters } from './model/search';

const coverage = document.querySelector('ticket-rail-coverage');
if (coverage instanceof TicketRailCoverage) {
  coverage.filters = readFilters(new URLSearchParams(window.location.search));
  speakPage(() => say('coverage.title'), AUDITORS, coverage);
}
started();
