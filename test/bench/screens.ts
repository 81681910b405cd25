import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Beside } from './beside';
import { httpGet } from './servers';

/** The screens of a chain of restaurants that report what they paint (services/screen-reports). */
export const SCREENS: Beside = {
  what: '500 screens',
  counted: 'receipts recorded',
  goal: 0.98,
  prepare: (_dataDir, isOn) => {
    const reporter = fork(join(__dirname, 'reporter.js'));
    let of: number | null = null;
    return Promise.resolve({
      env: {},
      begin: (port) => {
        of = port;
        if (isOn) reporter.send(port);
      },
      count: async () => {
        const { body } = of === null ? { body: '' } : await httpGet(of, '/metrics');
        return Number(/^ticket_rail_display_receipts_total (\d+)$/m.exec(body)?.[1] ?? NaN);
      },
      end: () => {
        reporter.disconnect();
      },
    });
  },
};
