import './ticket-rail-destinations';
import { started } from '../shared/started';
started();
