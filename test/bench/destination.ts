import { fork } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Beside } from './beside';

const SECRET = `whsec_${Buffer.from('bench-0123456789abcdef-0123456789').toString('base64')}`;

/** A destination that is sent everything. */
export const DESTINATION: Beside = {
  what: 'a destination',
  counted: 'sent',
  metric: /^ticket_rail_destination_delivered_total\{[^}]*\} (\d+)$/m,
  goal: 0.95,
  prepare: async (dataDir) => {
    const receiver = fork(join(__dirname, 'receiver.js'));
    const [{ port }] = (await once(receiver, 'message')) as [{ port: number }];
    const file = join(dataDir, 'destinations.json');
    const allow = { addresses: ['127.0.0.1'], http: true };
    const url = `http://127.0.0.1:${String(port)}/`;
    const list = (names: readonly string[]): void => {
      const destinations = names.map((name) => ({ name, url, secrets: [SECRET], allow }));
      writeFileSync(`${file}.new`, JSON.stringify({ destinations }));
      renameSync(`${file}.new`, file);
    };
    let begun = 0;
    list([]);
    return {
      env: { DESTINATIONS_FILE: file },
      // A new one each time, which is sent what comes from then on: one that is back would be sent what it missed, too.
      begin: () => {
        list([`bench-${String(++begun)}`]);
      },
      pause: () => {
        list([]);
      },
      end: () => {
        receiver.disconnect();
      },
    };
  },
};
