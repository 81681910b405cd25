import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pino from 'pino';
import { readerName } from '../../../../schemas/files/reader-name';
import { addReader, removeReader } from '../../../../services/access/readers/manage-readers';
import { ReaderDirectory } from '../../../../services/access/readers/readers';
import {
  changeReadersFile,
  FollowedFile,
  type ReadersFile,
  ReadersFileError,
} from '../../../../services/access/readers/readers-file';
import { FOLLOW_INTERVAL_MS } from '../../../../services/files/follow-file';
import { entryOf, temporaryDirectory } from '../../../support/running-service';

describe('a file of readers that the service follows and changes', () => {
  let directory: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
  });
  afterEach(() => {
    jest.useRealTimers();
    rmSync(directory, { recursive: true });
  });

  it('what was changed from here counts at once, and stays so where a look at the file had begun before', async () => {
    const path = join(directory, 'readers.json');
    const operator = entryOf('operator-token', 'operator');
    writeFileSync(path, JSON.stringify([operator]));
    const readers = new ReaderDirectory([operator], Date.now);
    const followed = new FollowedFile(path, readers, pino({ level: 'silent' }));
    /** Changes the file while it is being looked at. @returns once the look is over */
    const duringLook = async <Result>(change: (file: ReadersFile) => Result): Promise<Result> => {
      jest.advanceTimersByTime(FOLLOW_INTERVAL_MS);
      expect(jest.getTimerCount()).toBe(0);
      const result = followed.change(change);
      // After a look, the next one is planned.
      while (jest.getTimerCount() === 0) await new Promise((next) => setImmediate(next));
      return result;
    };
    for (let n = 0; n < 20; n++) {
      const token = await duringLook((at) =>
        addReader(at, { name: readerName('screen'), role: 'screen', locations: '*' }),
      );
      expect(readers.identify(token)).toMatchObject({ name: 'screen' });
      await duringLook((at) => removeReader(at, readerName('screen'), 'screen'));
      expect(readers.identify(token)).toBeNull();
    }
    followed.close();
    expect(readers.list()).toHaveLength(1);
  });

  it('a file that is missing or empty for a moment is not made anew with one screen, and the readers stay', () => {
    const path = join(directory, 'away', 'readers.json');
    const operator = entryOf('operator-token', 'operator');
    const readers = new ReaderDirectory([operator], Date.now);
    const followed = new FollowedFile(path, readers, pino({ level: 'silent' }));
    const add = () =>
      followed.change((file) => addReader(file, { name: readerName('screen'), role: 'screen', locations: '*' }));
    expect(add).toThrow(ReadersFileError);
    expect(existsSync(dirname(path))).toBe(false);
    mkdirSync(dirname(path));
    for (const content of [null, '[]']) {
      if (content !== null) writeFileSync(path, content);
      expect(add).toThrow(/is missing, or holds no reader/);
      expect(existsSync(path) ? readFileSync(path, 'utf8') : null).toBe(content);
      expect(readers.identify('operator-token')).not.toBeNull();
    }
    writeFileSync(path, JSON.stringify([operator]));
    expect(readers.identify(add())).not.toBeNull();
    followed.close();
  });

  it('the lock of a change that was cut off is taken over after a minute, and that of another is respected', () => {
    const path = join(directory, 'readers.json');
    const lock = `${path}.lock`;
    const add = (name: string) =>
      addReader({ path, mayBeNew: true }, { name: readerName(name), role: 'screen', locations: '*' });
    writeFileSync(lock, '1\n');
    expect(() => add('too soon')).toThrow(/is being changed by another command/);
    const before = Date.now() / 1_000 - 120;
    utimesSync(lock, before, before);
    add('later');
    expect(readdirSync(directory)).toEqual(['readers.json']);
    // It was away for so long that another took the lock over.
    const overtaken = () => {
      changeReadersFile({ path, mayBeNew: true }, () => {
        rmSync(lock);
        writeFileSync(lock, '2\n');
        return [];
      });
    };
    expect(overtaken).toThrow(/is being changed by another command/);
    expect(readdirSync(directory)).toEqual(['readers.json', 'readers.json.lock']);
    expect(readFileSync(path, 'utf8')).toContain('later');
  });
});
