import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type NoteSigner, signNote } from '../../../../services/audit/merkle/sign-note';
import { checkpointText, verifierKeyOf } from '../../../../services/audit/merkle/signed-note';
import { temporaryDirectory } from '../../../support/running-service';
import { type Ended, ticketRail } from '../support';

/** `ticket-rail witness` of a log that is not what it should be. */

const keys = generateKeyPairSync('ed25519');
const logNamed = (name: string): NoteSigner => ({ name, type: 'note', ...keys });
const log = logNamed('rail.example/log');
const noteOf = (size: number, root: string, by = log): string =>
  signNote(checkpointText({ origin: by.name, size, root: root.repeat(64) }), by);

let directory: string;
let server: Server;
/** What is answered at a path, piece by piece. */
let answer: (path: string) => Iterable<string>;
beforeEach(async () => {
  directory = temporaryDirectory();
  server = createServer((request, response) => {
    response.on('error', () => undefined);
    for (const piece of answer(request.url ?? '')) response.write(piece);
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(directory, { recursive: true });
});

function look(by = log, ...options: readonly string[]): Promise<Ended> {
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const [note, key] = [join(directory, 'it.note'), join(directory, 'witness.pem')];
  const verifierKey = verifierKeyOf(by);
  return ticketRail(['witness', '--url', url, '--verifier-key', verifierKey, '--note', note, '--key', key, ...options]);
}
const refusedFiles = (): readonly string[] => readdirSync(directory).filter((name) => name.includes('.refused'));

describe('ticket-rail witness of a log that is not what it should be', () => {
  it('each note that the key signed against what was seen is kept for itself, and said for what it shows', async () => {
    answer = () => [noteOf(5, 'a')];
    expect(await look(log, '--first')).toMatchObject({ code: 0 });
    answer = () => [noteOf(5, 'b')];
    const other = await look();
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('the key signed two histories')]);
    answer = () => [noteOf(4, 'a')];
    const older = await look();
    expect([older.code, older.stderr]).toEqual([1, expect.stringContaining('is older, or the log was rolled back')]);
    expect(older.stderr).not.toContain('two histories');
    expect(refusedFiles()).toEqual([`it.note.refused-4-${'a'.repeat(16)}`, `it.note.refused-5-${'b'.repeat(16)}`]);
  });

  it('a log that was restored is another, is not accused, and is seen for the first time with another note file', async () => {
    answer = () => [noteOf(5, 'a')];
    await look(log, '--first');
    const restored = logNamed('rail.example/restored');
    answer = () => [noteOf(3, 'b', restored)];
    const { code, stderr } = await look(restored);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Name a new --note file')]);
    expect(refusedFiles()).toEqual([]);
    const note = join(directory, 'restored.note');
    expect(await look(restored, '--first', '--note', note)).toMatchObject({ code: 0 });
  });

  it('an answer without an end is not read beyond its limit', async () => {
    answer = function* () {
      for (let n = 0; n < 1_000; n++) yield 'x'.repeat(1_000);
    };
    expect(await look(log, '--first')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('more than 65,536 bytes') as string,
    });
    expect(readdirSync(directory)).toEqual(['witness.pem']);
  });
});
