import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { patiently } from '../support/patience';
import { temporaryDirectory } from '../support/running-service';

const PROGRAM = resolve(__dirname, '../../dist/test/bench/growth.js');
/** Milliseconds of a rebuild, three starts, the searches and three loads. */
const RUN_MS = 240_000;

interface Results {
  readonly sizes: readonly {
    readonly events: number;
    readonly bytes: number;
    readonly ingest: { readonly accepted: number; readonly errors: { readonly count: number } };
    readonly lag: { readonly accepted: number; readonly lag: { readonly count: number } };
    readonly searched: readonly { readonly question: string; readonly ms: readonly number[] }[];
  }[];
}

it(
  'the benchmark of growth measures new deliveries alone, and finds each one that was acknowledged in the log',
  async () => {
    const folder = temporaryDirectory();
    try {
      const out = join(folder, 'growth.json');
      const { stdout } = await promisify(execFile)(process.execPath, [
        ...[PROGRAM, '--events', '300', '--seconds', '1', '--out', out],
      ]);
      const { sizes } = JSON.parse(readFileSync(out, 'utf8')) as Results;
      expect(sizes.map(({ events }) => events)).toEqual([300]);
      for (const { ingest, lag, bytes, searched } of sizes) {
        expect(ingest.errors.count).toBe(0);
        expect(ingest.accepted).toBeGreaterThan(0);
        expect(lag.lag.count).toBeGreaterThan(0);
        expect(bytes).toBeGreaterThan(0);
        expect(new Set(searched.map(({ ms }) => ms.length)).size).toBe(1);
        const found = (ingest.accepted + lag.accepted).toLocaleString('en-US');
        expect(stdout).toContain(`300 events: ${found} deliveries were new, acknowledged and found`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  patiently(RUN_MS),
);
