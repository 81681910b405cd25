import { speakAsAsked } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import './ticket-rail-accesses';

speakAsAsked('accesses.title', document.querySelector('ticket-rail-accesses'));
started();
