import './ticket-rail-accesses';
import { started } from '../shared/started';
started();
