import { speakAsAsked } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import './ticket-rail-readers';

speakAsAsked('readers.title', document.querySelector('ticket-rail-readers'));
started();
