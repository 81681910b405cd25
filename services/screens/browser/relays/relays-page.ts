import { speakAsAsked } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import './ticket-rail-relays';

speakAsAsked('relays.title', document.querySelector('ticket-rail-relays'));
started();
