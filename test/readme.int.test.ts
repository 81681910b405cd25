import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { VARIABLES } from '../services/config';
import { createMetrics } from '../services/metrics';
import { problemType, PROBLEMS } from '../services/problem';
import { discard, type RunningService, startService } from './support/running-service';

const ROOT = resolve(__dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Rows of the table whose header begins with `column`, cell by cell, without code marks. */
function table(column: string): string[][] {
  const lines = README.split('\n');
  const header = lines.findIndex((line) => line.startsWith(`| ${column} |`));
  const rows: string[][] = [];
  for (const line of lines.slice(header + 2)) {
    if (!line.startsWith('|')) break;
    rows.push(
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  }
  return rows;
}

describe('README.md', () => {
  it('lists every problem of the catalogue with its status and meaning, and no other', () => {
    const catalogue = Object.entries(PROBLEMS).map(([code, { status, title }]) => [code, String(status), title]);
    expect(table('code')).toEqual(catalogue);
    expect(README).toContain(`\`${problemType('not-found').replace('not-found', '')}\``);
  });

  it('lists every variable of the configuration, and no other', () => {
    expect(table('variable').map(([name]) => name)).toEqual(VARIABLES);
  });

  it('names only metrics that are there', async () => {
    const metrics = createMetrics({
      now: () => 0,
      queueDepth: () => 0,
      projectionLagSeconds: () => 0,
      live: { clients: 0, sent: 0, dropped: 0 },
    });
    const { text } = await metrics.expose();
    const names = table('metric').map(([name]) => name?.replace(/\{.*/, '') ?? '');
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(text).toContain(`# TYPE ${name} `);
  });

  it('names only files that are there', () => {
    const links = [...README.matchAll(/\]\(((?!https?:|#)[^)]+)\)/g)].map(([, path]) => path ?? '');
    expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('names only scripts that package.json has', () => {
    const named = [...README.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  describe('quick start', () => {
    let service: RunningService;
    beforeAll(async () => {
      service = await startService({ STREAM_WEBHOOK_SECRETS: '', READERS: '' });
    });
    afterAll(() => discard(service));

    it('posts an example and reads the order back, as it says', async () => {
      const [, block] = /In another terminal[\s\S]*?```sh\n([\s\S]*?)```/.exec(README) ?? [];
      const commands = (block ?? '').replaceAll('http://localhost:8080', service.url).split('\n\n');
      const answers: string[] = [];
      for (const command of commands) {
        const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: ROOT });
        answers.push(stdout);
      }
      expect(README).toContain(`\`${answers[0] ?? ''}\``);
      expect(JSON.parse(answers[1] ?? '')).toMatchObject({
        order_id: 'pos_order_123',
        delivery_status: 'enroute_to_pickup',
        driver_details: { name: 'Jane Driver' },
        revision: 0,
      });
    });
  });
});
