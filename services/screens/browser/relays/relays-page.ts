import './ticket-rail-relays';
import { started } from '../shared/started';
started();
