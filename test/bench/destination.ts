import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Beside } from './beside';

const SECRET = `whsec_${Buffer.from('bench-0123456789abcdef-0123456789').toString('base64')}`;

/** A destination that is sent everything. */
export const DESTINATION: Beside = {
  what: 'a destination',
  counted: 'sent',
  goal: 0.95,
  prepare: async (dataDir, isOn) => {
    const receiver = fork(join(__dirname, 'receiver.js'));
    const [{ port }] = (await once(receiver, 'message')) as [{ port: number }];
    const file = join(dataDir, 'destinations.json');
    const allow = { addresses: ['127.0.0.1'], http: true };
    const destination = { name: 'bench', url: `http://127.0.0.1:${String(port)}/`, secrets: [SECRET], allow };
    writeFileSync(file, JSON.stringify({ destinations: isOn ? [destination] : [] }));
    return {
      env: { DESTINATIONS_FILE: file },
      begin: () => undefined,
      count: async () => {
        const answer = once(receiver, 'message');
        receiver.send('tell');
        const [{ received }] = (await answer) as [{ received: number }];
        return received;
      },
      end: () => {
        receiver.disconnect();
      },
    };
  },
};
