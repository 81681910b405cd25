import { start } from './server/start';

void start();
