import { started } from '../shared/started';
import './ticket-rail-overview';

started();
