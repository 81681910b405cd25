import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { orderKey } from '../../../schemas/order-key';
import { pastLog } from '../../support/past-log';
import { temporaryDirectory } from '../../support/running-service';
import { type Ended, ticketRail } from '../audit/support';

/** `ticket-rail evidence`: what it calls the file, and the restaurant in it. */

const KEY = orderKey('pos_1', 'a/b');
const PHONE = '+15550104711';
const OMAR = { source: 'uber', name: 'Omar Haddad', phone: { number: PHONE } };
const directory = temporaryDirectory();
const locations = join(directory, 'locations.json');
let DATA_DIR: string;
beforeAll(async () => {
  const at = Date.parse('2026-11-21T22:05:00.000Z');
  DATA_DIR = await pastLog([{ key: KEY, at, fields: { status: 'in_progress', driver_details: OMAR } }]);
  const named = { location_id: KEY.location_id, name: 'Harbour Street', time_zone: 'America/New_York' };
  writeFileSync(locations, JSON.stringify({ locations: [named] }));
});
afterAll(() => {
  for (const made of [directory, DATA_DIR]) rmSync(made, { recursive: true, force: true });
});

interface Written extends Ended {
  /** Names of what the command left where it ran. */
  readonly names: readonly string[];
  readonly text: string;
}

/** Runs the command in an empty directory. */
async function evidence(more: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Written> {
  const cwd = join(directory, 'here');
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd);
  const args = ['evidence', '--location', KEY.location_id, '--order', KEY.order_id, ...more];
  const ended = await ticketRail(args, { DATA_DIR, ...env }, cwd);
  const names = readdirSync(cwd);
  return { ...ended, names, text: names.map((name) => readFileSync(join(cwd, name), 'utf8')).join('') };
}

describe('ticket-rail evidence', () => {
  it.each([
    ['with contacts', [], /^ticket-rail-pos_1-a_b-\d{8}T\d{6}Z\.evidence\.html$/, true],
    [
      'without contacts',
      ['--withhold-contacts'],
      /^ticket-rail-pos_1-a_b-\d{8}T\d{6}Z\.withheld\.evidence\.html$/,
      false,
    ],
  ] as const)('evidence %s is written to a file whose name says what it is', async (_, more, name, hasPhone) => {
    const { code, names, stdout, text } = await evidence(more);
    expect([code, names]).toEqual([0, [expect.stringMatching(name)]]);
    expect(stdout).toContain(names[0]);
    expect(stdout.includes('with contacts withheld')).toBe(!hasPhone);
    expect(text.includes(PHONE)).toBe(hasPhone);
  });

  it('the evidence has the name and the clocks that LOCATIONS_FILE gives the location, unless another zone is asked for', async () => {
    const env = { LOCATIONS_FILE: locations };
    const named = await evidence([], env);
    expect(named.text).toContain('"location_name":"Harbour Street","time_zone":"America/New_York"');
    expect(named.text).toContain('2026-11-21 17:05:00 UTC-05:00');
    const elsewhere = await evidence(['--time-zone', 'Asia/Tokyo'], env);
    expect(elsewhere.text).toContain('"location_name":"Harbour Street","time_zone":"Asia/Tokyo"');
    expect((await evidence()).text).toContain('"location_name":null,"time_zone":"UTC"');
  });

  it('the command is refused with a file of locations that cannot be used, and says what to do', async () => {
    const { code, names, stderr } = await evidence([], { LOCATIONS_FILE: join(directory, 'none.json') });
    expect([code, names]).toEqual([1, []]);
    expect(stderr).toContain('make it, or unset LOCATIONS_FILE');
  });
});
