import './ticket-rail-sandbox';
import { started } from '../shared/started';
started();
