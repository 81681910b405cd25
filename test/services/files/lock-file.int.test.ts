import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryDirectory } from '../../support/running-service';

const BUILT = resolve(__dirname, '../../../dist/services/files/lock-file.js');
/** Takes a lock, and prints the code of the error. */
const TAKE = `try { require(process.argv[1]).takeLock(process.argv[2]); console.log('taken'); } catch (error) { console.log(error.code); }`;

describe('the file of a lock', () => {
  it('a lock that cannot be written, as on a full disk, leaves no file behind that would keep everybody out', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'list.lock');
    // A process that may make files and write nothing into them.
    const script = 'ulimit -f 0; exec "$0" -e "$1" "$2" "$3"';
    const said = execFileSync('sh', ['-c', script, process.execPath, TAKE, BUILT, path], { encoding: 'utf8' });
    expect(said.trim()).toBe('EFBIG');
    expect(existsSync(path)).toBe(false);
    rmSync(directory, { recursive: true });
  });
});
