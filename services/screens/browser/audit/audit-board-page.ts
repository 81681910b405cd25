import { readHours, readMoment } from '../board/model/replay';
import { TicketRailReplay } from './replay/ticket-rail-replay';
import { started } from '../shared/started';

const query = new URLSearchParams(window.location.search);
const replay = document.querySelector('ticket-rail-replay');

if (replay instanceof TicketRailReplay) {
  replay.at = readMoment(query.get('at'));
  replay.hours = readHours(query.get('hours'));
  replay.location = query.get('location') ?? '';
}
started();
