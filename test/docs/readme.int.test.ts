import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { discard, type RunningService, startService } from '../support/running-service';

const ROOT = resolve(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const README = read('README.md');

/** One screen to the first success, and where to go on. */
const MOST_LINES = 150;

/** Tells of versions whose scripts are gone. */
const HISTORY = 'CHANGELOG.md';

const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md') && name !== HISTORY),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];

let service: RunningService;
beforeAll(async () => {
  service = await startService({ STREAM_WEBHOOK_SECRETS: '', READERS: '' });
});
afterAll(() => discard(service));

it('the commands of the quick start post an example and read the order back, as README.md says', async () => {
  const [, block] = /In another terminal[\s\S]*?```sh\n([\s\S]*?)```/.exec(README) ?? [];
  const commands = (block ?? '').replaceAll('http://localhost:8080', service.url).split('\n\n');
  const answers: string[] = [];
  for (const command of commands) {
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: ROOT });
    answers.push(stdout);
    // Who reads what the read model has is not told to ask again.
    await service.get('/locations');
  }
  expect(README).toContain(`\`${answers[0] ?? ''}\``);
  expect(JSON.parse(answers[1] ?? '')).toMatchObject({
    order_id: 'pos_order_123',
    delivery_status: 'enroute_to_pickup',
    driver_details: { name: 'Jane Driver' },
    stage: 'preparing',
    revision: 0,
  });
});

it('README.md names npm ci && npm start, and npm ci && npm test, each as a command of its own', () => {
  expect(README).toContain('```sh\nnpm ci && npm start\n```');
  expect(README).toContain('```sh\nnpm ci && npm test\n```');
});

it(`README.md has at most ${String(MOST_LINES)} lines`, () => {
  expect(README.trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_LINES);
});

it('every script that a document names is in package.json', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = DOCUMENTS.flatMap((path) =>
    [...read(path).matchAll(/\bnpm (?:run ([\w:]+)|(test|start)\b)/g)].map(([, script, short = '']) => ({
      path,
      name: script ?? short,
    })),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ name }) => !(name in scripts))).toEqual([]);
});
