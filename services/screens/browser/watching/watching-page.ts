import { speakAsAsked } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import './ticket-rail-watching';

speakAsAsked('watching.title', document.querySelector('ticket-rail-watching'));
started();
