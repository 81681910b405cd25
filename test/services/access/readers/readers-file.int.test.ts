import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { addReader, removeReader } from '../../../../services/access/readers/manage-readers';
import { ReaderDirectory } from '../../../../services/access/readers/readers';
import { FollowedFile } from '../../../../services/access/readers/readers-file';
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
    const duringLook = async <Result>(change: (path: string) => Result): Promise<Result> => {
      jest.advanceTimersByTime(FOLLOW_INTERVAL_MS);
      expect(jest.getTimerCount()).toBe(0);
      const result = followed.change(change);
      // After a look, the next one is planned.
      while (jest.getTimerCount() === 0) await new Promise((next) => setImmediate(next));
      return result;
    };
    for (let n = 0; n < 20; n++) {
      const token = await duringLook((at) => addReader(at, { name: 'screen', role: 'screen', locations: '*' }));
      expect(readers.identify(token)).toMatchObject({ name: 'screen' });
      await duringLook((at) => removeReader(at, 'screen', 'screen'));
      expect(readers.identify(token)).toBeNull();
    }
    followed.close();
    expect(readers.list()).toHaveLength(1);
  });
});
