import { speakAsAsked } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import './ticket-rail-overview';

speakAsAsked('overview.title', document.querySelector('ticket-rail-overview'));
started();
