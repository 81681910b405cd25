import { speakAsAsked } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import './ticket-rail-destinations';

speakAsAsked('destinations.title', document.querySelector('ticket-rail-destinations'));
started();
