import { randomInt } from 'node:crypto';
import type { RunReport } from '../../../../services/sandbox/runner/report';
import { runCommand } from '../../../support/command';
import { repeated } from '../../../support/depth';
import { patiently } from '../../../support/patience';
import {
  discard,
  READER_TOKEN,
  type RunningService,
  SECURE,
  startService,
  WEBHOOK_SECRET,
} from '../../../support/running-service';
import { OLD_SECRET } from '../playing';

/** Orders of the lunch rush. */
const RUSH_ORDERS = repeated({ short: 100, all: 300, soak: 5_000 });
/** Minutes of the scenario in which they are placed. */
const RUSH_MINUTES = 15;
const RUSH_MS = 60_000 + RUSH_ORDERS * 60;

const SENDER = ['--secret', WEBHOOK_SECRET, '--reader-token', READER_TOKEN];

describe('the lunch rush', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService({ ...SECURE, STREAM_WEBHOOK_SECRETS: `${WEBHOOK_SECRET},${OLD_SECRET}` });
  });
  afterAll(() => discard(service));

  it.each([
    ['the seed of the scenario', 19],
    ['a random seed', randomInt(-0x80000000, 0x7fffffff)],
  ])(
    `Ticket Rail takes a rush of ${String(RUSH_ORDERS)} orders with all faults, and all is as acknowledged: %s, %i`,
    async (_, seed) => {
      const { code, stdout, stderr } = await runCommand(
        [
          ...['sandbox', 'run', 'lunch-rush', '--target', service.url, ...SENDER, '--old-secret', OLD_SECRET],
          ...['--faults', 'all', '--seed', String(seed), '--speed', '600', '--json', '--check', 'required'],
          ...['--orders', String(RUSH_ORDERS), '--per-minute', String(RUSH_ORDERS / RUSH_MINUTES)],
        ],
        {},
        RUSH_MS,
      );
      expect({ code, stderr: code === 0 ? '' : stderr + stdout }).toEqual({ code: 0, stderr: '' });
      const report = JSON.parse(stdout) as RunReport;
      expect(report).toMatchObject({
        good: true,
        seed,
        orders: RUSH_ORDERS,
        never_acknowledged: { count: 0 },
        surprises: { count: 0 },
        check: {
          kind: 'checked',
          checked: {
            orders: RUSH_ORDERS,
            listed: RUSH_ORDERS,
            reported: { different: 0 },
            stage: { different: 0 },
            findings: { count: 0 },
          },
        },
      });
      const { checked } = report.check as Extract<RunReport['check'], { kind: 'checked' }>;
      expect(checked.reported.equal + checked.reported.undetermined).toBe(RUSH_ORDERS);
      // A check that determines nothing would find nothing.
      expect(checked.stage.equal).toBeGreaterThan(RUSH_ORDERS / 2);
      expect(checked.reported.equal).toBeGreaterThan(RUSH_ORDERS / 4);
    },
    patiently(2 * RUSH_MS),
  );
});
