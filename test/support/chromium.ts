import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { patiently } from './patience';

/** A real Chromium, from the npm registry, that the tests of the screens drive. */

/** Milliseconds that unpacking and starting may take on a slow machine with other tests beside it. */
export const LAUNCH_TIMEOUT_MS = patiently(120_000);

/**
 * Not what `@sparticuz/chromium` suggests for cloud functions: its list switches off web security, which these tests are
 * about. The rest keeps the browser from calling anyone but the service.
 */
const ARGUMENTS = [
  '--no-sandbox',
  '--no-zygote',
  '--disable-gpu',
  '--headless=shell',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/** The package unpacks into the directory for temporary files of its own process. */
const UNPACK = `import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())`;

/** Machines that build software often have no fonts of their own. */
const fontsIn = (directory: string): string => `<?xml version="1.0"?>
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>${directory}/fonts</dir>
  <cachedir>${directory}/fonts-cache</cachedir>
</fontconfig>
`;

/**
 * Unpacks Chromium once per version and machine. Test files run at the same time: each that finds none unpacks into a
 * directory of its own, and renaming decides whose stays.
 * @returns the directory with the executable and its fonts
 */
async function unpack(): Promise<string> {
  const manifest = join(dirname(require.resolve('@sparticuz/chromium')), '../../package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const directory = join(tmpdir(), `ticket-rail-chromium-${version}`);
  if (existsSync(directory)) return directory;
  const own = mkdtempSync(`${directory}-`);
  await promisify(execFile)(process.execPath, ['-e', UNPACK], {
    cwd: __dirname,
    env: { PATH: process.env['PATH'], TMPDIR: own },
  });
  writeFileSync(join(own, 'fonts.conf'), fontsIn(directory));
  try {
    renameSync(own, directory);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  }
  return directory;
}

/** Starts a browser; whoever does closes it. */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const directory = await unpack();
  return chromium.launch({
    executablePath: join(directory, 'chromium'),
    args: [...ARGUMENTS, ...args],
    env: { ...(process.env as Record<string, string>), FONTCONFIG_FILE: join(directory, 'fonts.conf') },
    timeout: LAUNCH_TIMEOUT_MS,
  });
}
