import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { nodeReleaseNotice } from '../../../services/server/node-release';

const on = (day: string): number => Date.parse(`${day}T12:00:00Z`);

it('a release line is supported until the end of its last day, in UTC', () => {
  expect(nodeReleaseNotice('v20.20.2', Date.parse('2026-04-30T23:59:59.999Z'))).toBeNull();
  expect(nodeReleaseNotice('v20.20.2', Date.parse('2026-05-01T00:00:00.000Z'))).not.toBeNull();
});

it('the notice of an unsupported line names the version, its last day and the lines that get fixes', () => {
  expect(nodeReleaseNotice('v20.20.2', on('2026-11-28'))).toEqual({
    node: '20.20.2',
    endOfLife: '2026-04-30',
    message:
      'Node.js 20.20.2 has had no security fixes since 2026-04-30. Run the service on a release line that gets fixes: ' +
      '22 (until 2027-04-30), 24 (until 2028-04-30), 26 (until 2029-04-30).',
  });
});

it('once every line of the table has ended, the notice names none of them', () => {
  expect(nodeReleaseNotice('v26.1.0', on('2029-05-01'))?.message).toBe(
    'Node.js 26.1.0 has had no security fixes since 2029-04-30. Run the service on a release line that gets fixes.',
  );
});

it.each([
  ['v20.19.0', '2026-04-30'],
  ['v21.7.3', '2024-06-01'],
  ['v22.0.0', '2027-04-30'],
  ['v23.11.1', '2025-06-01'],
  ['v24.21.0', '2028-04-30'],
  ['v25.9.0', '2026-06-01'],
  ['v26.0.0', '2029-04-30'],
])('the last day of %s is %s, as in the published schedule', (version, endOfLife) => {
  expect(nodeReleaseNotice(version, on('2035-01-01'))?.endOfLife).toBe(endOfLife);
});

it('a line that is newer than the table, and a version that cannot be read, give no notice', () => {
  expect(nodeReleaseNotice('v27.0.0', on('2035-01-01'))).toBeNull();
  expect(nodeReleaseNotice('', on('2035-01-01'))).toBeNull();
});

it('the line that .nvmrc names for development got fixes when the newest version of this package was made', () => {
  const root = resolve(__dirname, '../../..');
  const line = readFileSync(resolve(root, '.nvmrc'), 'utf8').trim();
  const [, made = ''] = /^## \[\d.*\] - (\S+)$/m.exec(readFileSync(resolve(root, 'CHANGELOG.md'), 'utf8')) ?? [];
  expect(line).toMatch(/^\d+$/);
  expect(nodeReleaseNotice(`v${line}.0.0`, on(made))).toBeNull();
});
