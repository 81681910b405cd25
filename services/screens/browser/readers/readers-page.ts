import { started } from '../shared/started';
import './ticket-rail-readers';

started();
