import { later } from '../kept/later';
import { speakAsAsked } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import './ticket-rail-overview';

later(async () => (await import('../kept/install')).install());
speakAsAsked('overview.title', document.querySelector('ticket-rail-overview'));
started();
