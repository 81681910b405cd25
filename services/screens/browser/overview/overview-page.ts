import { later } from '../kept/later';
import { started } from '../shared/started';
import './ticket-rail-overview';

later(async () => (await import('../kept/install')).install());
started();
