import { keepLanguageInHeader } from '../operators/header-links';
import { say } from '../shared/model/say';
import { speakAround } from '../shared/page-words';
import { languageOf } from '../shared/query';
import { TicketRailLocations } from './ticket-rail-locations';
import { started } from '../shared/started';

const list = document.querySelector('ticket-rail-locations');
const language = languageOf(window.location.search);
if (list instanceof TicketRailLocations) list.language = language;
keepLanguageInHeader(language);
speakAround(() => say('locations.title'));
started();
