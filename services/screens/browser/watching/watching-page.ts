import { started } from '../shared/started';
import './ticket-rail-watching';

started();
