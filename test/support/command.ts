import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { patiently } from './patience';

/** The command line as a process of its own. Built by `npm run build` beforehand. */

const ROOT = resolve(__dirname, '..', '..');
const CLI = join(ROOT, 'dist', 'services', 'cli.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly ended: Promise<Ended>;
  /** Types into its standard input and closes it. */
  type(text: string): void;
  signal(signal: NodeJS.Signals): void;
}

/** @param timeoutMs milliseconds on a quiet machine after which it is killed, and has no code */
export function startCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  timeoutMs = 20_000,
): RunningCommand {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    env: { PATH, HOME, ...env },
    timeout: patiently(timeoutMs),
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  // One that ends before it has read all says why by its code.
  child.stdin.on('error', () => undefined);
  return {
    ended: new Promise((ended) =>
      child.once('close', (code) => {
        ended({ code, stdout, stderr });
      }),
    ),
    type: (text) => child.stdin.end(text),
    signal: (signal) => child.kill(signal),
  };
}

/** Runs a command to its end. */
export const runCommand = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  timeoutMs?: number,
): Promise<Ended> => startCommand(args, env, timeoutMs).ended;
