import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Beside } from './beside';

/** The screens of a chain of restaurants that report what they paint (services/screen-reports). */
export const SCREENS: Beside = {
  what: '500 screens',
  counted: 'receipts recorded',
  metric: /^ticket_rail_display_receipts_total (\d+)$/m,
  goal: 0.98,
  prepare: () => {
    const reporter = fork(join(__dirname, 'reporter.js'));
    return Promise.resolve({
      env: {},
      begin: (port) => {
        reporter.send(port);
      },
      pause: () => {
        reporter.send('rest');
      },
      end: () => {
        reporter.disconnect();
      },
    });
  },
};
