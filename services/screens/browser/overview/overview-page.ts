import { later } from '../kept/later';
import { speakAsAsked } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import { TicketRailOverview } from './ticket-rail-overview';

const overview = document.querySelector('ticket-rail-overview');
if (overview instanceof TicketRailOverview) {
  later(async () => {
    (await import('../kept/keep-none')).keepNone(overview);
  });
}
speakAsAsked('overview.title', overview);
started();
