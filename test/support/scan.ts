import { execFileSync } from 'node:child_process';
import type { PaperPage } from './paper';

/** Reads the code on a page, as a scanner does; the decoder is a module that Jest cannot load. */
const SCAN = `
  import decode from 'qr/decode.js';
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const [width, height] = process.argv.slice(1).map(Number);
  process.stdout.write(decode({ width, height, data: new Uint8Array(Buffer.concat(chunks)) }));
`;

/** @returns the text of the code. @throws Error if there is none that can be read */
export const scan = ({ width, height, pixels }: PaperPage): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', SCAN, String(width), String(height)], {
    input: pixels,
    cwd: __dirname,
    encoding: 'utf8',
  });
