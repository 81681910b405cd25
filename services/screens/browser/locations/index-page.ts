import { say } from '../shared/model/say';
import { speakAround } from '../shared/page-words';
import { languageOf } from '../shared/query';
import { TicketRailLocations } from './ticket-rail-locations';
import { started } from '../shared/started';

const list = document.querySelector('ticket-rail-locations');
if (list instanceof TicketRailLocations) list.language = languageOf(window.location.search);
speakAround(() => say('locations.title'));
started();
