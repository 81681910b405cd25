import { say } from '../shared/model/say';
import { speakAround } from '../shared/page-words';
import { languageOf } from '../shared/query';
import { started } from '../shared/started';
import { nextOf } from './model/pairing-state';
import { TicketRailPairing } from './ticket-rail-pairing';

const pairing = document.querySelector('ticket-rail-pairing');
if (pairing instanceof TicketRailPairing) {
  const next = nextOf(window.location.search);
  pairing.next = next;
  // As the page speaks that it leads to.
  pairing.language = languageOf(window.location.search) || languageOf(next.split('?')[1] ?? '');
}
speakAround(() => say('pairing.title'));
started();
