import { parseHours, parseMoment } from '../board/model/replay';
import { speakPage } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import { AUDITORS, say } from './model/say';
import { TicketRailReplay } from './replay/ticket-rail-replay';

const query = new URLSearchParams(window.location.search);
const replay = document.querySelector('ticket-rail-replay');

if (replay instanceof TicketRailReplay) {
  replay.at = parseMoment(query.get('at'));
  replay.hours = parseHours(query.get('hours'));
  replay.location = query.get('location') ?? '';
  speakPage(() => say('replay.title'), AUDITORS, replay);
}
started();
