import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { beginFile } from '../../files/whole-file';
import type { SavedHeads } from '../chain/stream-heads';
import type { Tally } from '../chain/verification';

/**
 * How far a verification got, in a file, so that an interrupted one goes on: a line of JSON, the newest events of the
 * streams as bytes, and the SHA-256 of both.
 */

const FORMAT = 'ticket-rail-verify/1';
const DIGEST_BYTES = 32;

/** What is kept of a verification that is under way. */
export interface Progressed {
  /** What is verified: a store or a file. Another subject begins anew. */
  readonly subject: string;
  readonly tally: Tally;
  /** Position of the last event, or bytes of the file, that were verified. */
  readonly at: number | string;
  /** What else its kind of verification needs to go on, as JSON. */
  readonly rest: Readonly<Record<string, unknown>>;
  readonly heads: SavedHeads;
  /** Names of the streams so far, of a file. */
  readonly streams: Uint32Array<ArrayBuffer> | null;
}

const Header = z.object({
  format: z.literal(FORMAT),
  version: z.string(),
  subject: z.string(),
  tally: z.custom<Tally>((value) => typeof value === 'object' && value !== null),
  at: z.union([z.number(), z.string()]),
  rest: z.record(z.string(), z.unknown()),
  seed: z.number(),
  used: z.array(z.number()),
  lengths: z.array(z.number()),
  counts: z.boolean(),
});

/** Writes the state in place of the one before: there is always a whole one. */
export function saveState(path: string, version: string, { heads, streams, ...progressed }: Progressed): void {
  const arrays = [...heads.words, ...(streams === null ? [] : [streams])];
  const header: z.infer<typeof Header> = {
    format: FORMAT,
    version,
    ...progressed,
    seed: heads.seed,
    used: [...heads.used],
    lengths: arrays.map(({ length }) => length),
    counts: streams !== null,
  };
  const parts = [
    Buffer.from(`${JSON.stringify(header)}\n`),
    ...arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  ];
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  const file = beginFile(path);
  try {
    for (const part of [...parts, digest.digest()]) file.write(part);
    file.finish();
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** @returns the state of the same subject by the same version; null if there is none that can be used. */
export function loadState(path: string, version: string, subject: string): Progressed | null {
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  const content = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES));
  const end = content.indexOf('\n');
  if (end < 0 || !createHash('sha256').update(content).digest().equals(bytes.subarray(content.length))) return null;
  const parsed = Header.safeParse(JSON.parse(content.toString('utf8', 0, end)));
  if (!parsed.success || parsed.data.version !== version || parsed.data.subject !== subject) return null;
  const { seed, used, lengths, counts, tally, at, rest } = parsed.data;
  let from = end + 1;
  const words = lengths.map((length) => {
    const copy = new Uint8Array(content.subarray(from, (from += length * 4)));
    return new Uint32Array(copy.buffer);
  });
  const streams = counts ? (words.pop() ?? null) : null;
  return { subject, tally, at, rest, heads: { seed, used, words }, streams };
}

export const forgetState = (path: string): void => {
  rmSync(path, { force: true });
};
