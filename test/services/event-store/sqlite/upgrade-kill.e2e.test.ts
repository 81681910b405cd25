import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLogReader } from '../../../../services/event-store/sqlite/reader';
import { createIoFaults, type IoFaults } from '../../../faults/io-faults';
import { integrityOf } from '../../../faults/inspect';
import { startCommand } from '../../../support/command';
import { repeated } from '../../../support/depth';
import { bytesOfLog, writeOldLog } from '../../../support/format-1-log';
import { patiently } from '../../../support/patience';
import { temporaryDirectory } from '../../../support/running-service';

const EVENTS = 40;
/** Far more writes and syncs than an upgrade of so few events makes. */
const MOST_STEPS = 1_000;
/** Milliseconds of one upgrade, killed or not. */
const STEP_MS = 3_000;
/** Every how many steps it is killed. */
const STRIDE = repeated({ short: 16, all: 8, soak: 1 });

describe('an upgrade that is killed', () => {
  let directory: string;
  let faults: IoFaults;

  beforeEach(() => {
    directory = temporaryDirectory();
    faults = createIoFaults(directory);
  });
  afterEach(() => {
    faults.close();
    rmSync(directory, { recursive: true });
  });

  const upgradeIn = async (dataDir: string): Promise<number | null> =>
    (await startCommand(['upgrade'], { DATA_DIR: dataDir, ...faults.env }).ended).code;

  it(
    'killed at any write or sync, it leaves a log to start again from, and the next run makes the same of it',
    async () => {
      let killed = 0;
      let last: { readonly code: number; readonly killed: number } | null = null;
      for (let n = 1; n < MOST_STEPS; n += STRIDE) {
        const dataDir = join(directory, String(n));
        mkdirSync(dataDir);
        const file = join(dataDir, 'events.sqlite');
        writeOldLog(file, {
          events: Array.from({ length: EVENTS }, (_, index) => ({
            position: index + 1,
            stream: `order-a:${String(index % 7)}`,
            revision: Math.floor(index / 7),
            id: `a0eebc99-9c0b-4ef8-bb6d-6bb9bd38${String(index).padStart(4, '0')}`,
            type: 'order.updated',
            data: JSON.stringify({ note: 'x'.repeat(index * 20) }),
            metadata: null,
            created: 1_795_000_000_000 + index,
          })),
          removed: [{ stream: 'order-a:gone', revision: 0, position: 41 }],
          deleted: [{ stream: 'order-a:gone', nextRevision: 1, tombstone: false }],
          lastRemoved: 41,
        });
        const before = bytesOfLog(file, 'events');
        faults.killAt({ op: 'any', n });
        const code = await upgradeIn(dataDir);
        faults.clear();
        if (code !== null) {
          last = { code, killed };
          break;
        }
        killed++;
        expect({ n, there: existsSync(file) }).toEqual({ n, there: true });
        expect({ n, code: await upgradeIn(dataDir) }).toEqual({ n, code: 0 });
        expect({ n, events: bytesOfLog(file, 'readable_events') }).toEqual({ n, events: before });
        expect({ n, kept: bytesOfLog(`${file}.format-1`, 'events') }).toEqual({ n, kept: before });
        expect({ n, integrity: integrityOf(file) }).toEqual({ n, integrity: 'ok' });
        const reader = openLogReader(file);
        expect({ n, newest: reader.lastPosition() }).toEqual({ n, newest: 41 });
        reader.close();
        rmSync(dataDir, { recursive: true });
      }
      // The one that no step was left to kill.
      expect(last).toEqual({ code: 0, killed });
      expect(killed).toBeGreaterThan(10 / STRIDE);
    },
    patiently(STEP_MS * 200),
  );
});
