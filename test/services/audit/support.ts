import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Checkpoint } from '../../../schemas/api/checkpoint';
import { readCheckpointFile } from '../../../services/audit/checkpoints/checkpoint-file';
import {
  type CheckpointFiles,
  CheckpointSigner,
  isCheckpoint,
  type Signed,
} from '../../../services/audit/checkpoints/checkpoint-signer';
import type { EventSource } from '../../../services/event-store/event-store';

/** Built by `npm run build` beforehand. */
const CLI = resolve(__dirname, '..', '..', '..', 'dist', 'services', 'cli.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command as it is typed, as a process of its own. @param cwd a directory where it may write */
export async function ticketRail(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = tmpdir(),
): Promise<Ended> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], { env: { PATH, ...env }, cwd });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((ended) => child.once('close', ended));
  return { code, stdout, stderr };
}

/** Where the checkpoints of a log of a test are kept. */
export const placeIn = (directory: string): CheckpointFiles => ({
  store: 'test',
  file: join(directory, 'checkpoints.ndjson'),
  keyFile: join(directory, 'key.pem'),
  treeFile: join(directory, 'tree.bin'),
});

/** The checkpoints in a file, oldest first. */
export const checkpointsIn = (file: string): readonly Checkpoint[] =>
  readCheckpointFile(file).entries.filter(isCheckpoint);

/** Signs what a log is now, as the service and `ticket-rail retain` do. */
export const signOnce = (source: Pick<EventSource, 'readAll'>, place: CheckpointFiles): Promise<Signed> =>
  new CheckpointSigner(source, place, Date.now).sign(new AbortController().signal);
