import { createHash } from 'node:crypto';
import { parseReaders } from '../../../../schemas/files/readers';
import { locationId } from '../../../../schemas/order-key';
import { ReaderDirectory } from '../../../../services/access/readers/readers';
import { entryOf } from '../../../support/running-service';

const COUNTER = entryOf('counter-token', 'screen', ['pos_location_456']);
const AUDITOR = entryOf('auditor-token', 'auditor');

const faultsOf = (value: unknown): readonly string[] => {
  const parsed = parseReaders(typeof value === 'string' ? value : JSON.stringify(value));
  return parsed.kind === 'usable' ? [] : parsed.faults;
};

describe('a list of readers', () => {
  it('a list of readers may have each role, and some locations or all', () => {
    const entries = [COUNTER, AUDITOR, entryOf('operator-token', 'operator')];
    expect(parseReaders(JSON.stringify(entries))).toEqual({ kind: 'usable', entries });
  });

  it('a list of readers may have hashes in upper or lower case', () => {
    const shouted = { ...COUNTER, token_sha256: COUNTER.token_sha256.toUpperCase() };
    expect(parseReaders(JSON.stringify([shouted]))).toEqual({ kind: 'usable', entries: [COUNTER] });
  });

  it('a list of readers may be empty, and then nobody reads', () => {
    expect(parseReaders('[]')).toEqual({ kind: 'usable', entries: [] });
  });

  const fields = 'name, token_sha256, role and locations';
  const known = 'name, token_sha256, role, locations and acts';
  it.each<[string, unknown, string]>([
    ['text that is not JSON', '[{"name":"secret"', 'expected JSON'],
    ['an object', {}, 'expected a JSON array of readers'],
    ['an entry that is text', ['x'], `entry 1: expected an object with ${fields}`],
    ['no name', [AUDITOR, { ...COUNTER, name: undefined }], 'entry 2, name: expected text'],
    ['an empty name', [{ ...COUNTER, name: '' }], 'entry 1, name: expected 1 to 100 characters, no control characters'],
    [
      'a name with a line break',
      [{ ...COUNTER, name: 'a\nb' }],
      'entry 1, name: expected 1 to 100 characters, no control characters',
    ],
    [
      'a token in place of its hash',
      [{ ...COUNTER, token_sha256: 'counter-token' }],
      'entry 1, token_sha256: expected 64 hexadecimal digits',
    ],
    ['no hash', [{ ...COUNTER, token_sha256: undefined }], 'entry 1, token_sha256: expected 64 hexadecimal digits'],
    ['no role', [{ ...COUNTER, role: undefined }], 'entry 1, role: expected screen, auditor, operator or pos'],
    [
      'a role of an object',
      [{ ...COUNTER, role: 'constructor' }],
      'entry 1, role: expected screen, auditor, operator or pos',
    ],
    [
      'no locations',
      [{ ...COUNTER, locations: undefined }],
      'entry 1, locations: expected "*" or a list of location ids',
    ],
    [
      'an empty list of locations',
      [{ ...COUNTER, locations: [] }],
      'entry 1, locations: expected "*" or a list of location ids',
    ],
    [
      'a location as text',
      [{ ...COUNTER, locations: 'l' }],
      'entry 1, locations: expected "*" or a list of location ids',
    ],
    [
      'an empty location',
      [{ ...COUNTER, locations: [''] }],
      'entry 1, locations: expected "*" or a list of location ids',
    ],
    ['a field too many', [{ ...COUNTER, token: 'x' }], `entry 1: expected no fields but ${known}`],
    [
      'a name twice',
      [COUNTER, AUDITOR, { ...AUDITOR, name: COUNTER.name, token_sha256: 'f'.repeat(64) }],
      'entry 3, name: the same as in entry 1',
    ],
    [
      'a token twice, in another case',
      [COUNTER, { ...AUDITOR, token_sha256: COUNTER.token_sha256.toUpperCase() }],
      'entry 2, token_sha256: the same as in entry 1',
    ],
  ])('a list of readers is refused, with the entry and the field, for %s', (_what, list, fault) => {
    expect(faultsOf(list)).toEqual([fault]);
  });

  it('a list of readers is refused with all its faults at once, and without showing a value', () => {
    const faults = faultsOf([
      { name: 7, token_sha256: 'tr_secret', role: 'secret', locations: ['secret', ''], secret: 1 },
    ]);
    expect(faults.length).toBeGreaterThanOrEqual(4);
    expect(faults.join()).not.toContain('secret');
  });
});

describe('the directory of readers', () => {
  it('the directory of readers knows a reader by the token, not by the hash that is stored', () => {
    const directory = new ReaderDirectory([COUNTER, AUDITOR], Date.now);
    expect(directory.identify('counter-token')).toEqual({
      open: false,
      name: COUNTER.name,
      role: 'screen',
      locations: ['pos_location_456'],
      acts: false,
    });
    expect(directory.identify('auditor-token')).toMatchObject({ role: 'auditor', locations: '*' });
    for (const other of ['', 'counter-toke', 'counter-token ', 'Counter-token', COUNTER.token_sha256]) {
      expect(directory.identify(other)).toBeNull();
    }
    expect(COUNTER.token_sha256).toBe(createHash('sha256').update('counter-token').digest('hex'));
  });

  it('the directory of readers lets anyone in while none is configured, and nobody once the last one is removed', () => {
    expect(new ReaderDirectory(null, Date.now).anyone).toEqual({
      open: true,
      name: null,
      role: 'operator',
      locations: '*',
      acts: true,
    });
    const directory = new ReaderDirectory([COUNTER], Date.now);
    directory.replace([]);
    expect({ open: directory.open, anyone: directory.anyone }).toEqual({ open: false, anyone: null });
    expect(directory.identify('counter-token')).toBeNull();
  });

  it('the directory of readers knows that a removed and a changed reader are no longer current', () => {
    const directory = new ReaderDirectory([COUNTER, AUDITOR], Date.now);
    const [counter, auditor] = ['counter-token', 'auditor-token'].map((token) => directory.identify(token));
    if (!counter || !auditor) throw new Error('both are known');
    let changes = 0;
    const off = directory.onChange(() => changes++);
    expect(directory.replace([{ ...AUDITOR }, { ...COUNTER }])).toBe(false);
    expect([directory.isCurrent(counter), directory.isCurrent(auditor), changes]).toEqual([true, true, 0]);
    expect(directory.replace([{ ...COUNTER, locations: [locationId('other')] }, AUDITOR])).toBe(true);
    expect([directory.isCurrent(counter), directory.isCurrent(auditor), changes]).toEqual([false, true, 1]);
    directory.replace([]);
    expect([directory.isCurrent(auditor), changes]).toEqual([false, 2]);
    off();
    directory.replace([AUDITOR]);
    expect([directory.isCurrent(auditor), changes]).toEqual([false, 2]);
  });

  it('the directory of readers knows when each asked last, also where what it may do was changed', () => {
    let time = 1_000;
    const directory = new ReaderDirectory([COUNTER, AUDITOR], () => time);
    const seen = () => directory.list().map(({ role, seenAt }) => [role, seenAt]);
    expect([directory.since, seen()]).toEqual([
      1_000,
      [
        ['screen', null],
        ['auditor', null],
      ],
    ]);
    time = 2_000;
    directory.identify('auditor-token');
    directory.identify('another-token');
    directory.replace([{ ...COUNTER, locations: '*' }, AUDITOR]);
    expect(seen()).toEqual([
      ['screen', null],
      ['auditor', 2_000],
    ]);
    directory.replace([{ ...AUDITOR, locations: [locationId('other')] }]);
    expect(seen()).toEqual([['auditor', 2_000]]);
  });
});
