import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { evidenceCode } from '../evidence/evidence-code';
import { verifyBundle } from './bundle/verify-bundle';
import { publicKeyIn } from './check-signatures';
import { CHUNK_BYTES, type ContentOptions, type FileContent, verifyCsv, verifyNdjson } from './verify-content';
import { type FileKind, foreignKindOf, type ForeignKind, kindOf } from './file-kind';
import type { Verified } from './verified';

/** Verifies files of a disk. */

/** @returns what is made of the bytes of a file, which is open meanwhile. */
async function withFile<Result>(path: string, use: (file: FileContent) => Promise<Result>): Promise<Result> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    return await use({
      size: fstatSync(file).size,
      read: (offset, length) => {
        const buffer = length <= chunk.length ? chunk : Buffer.alloc(length);
        return Promise.resolve(buffer.subarray(0, readSync(file, buffer, 0, length, offset)));
      },
    });
  } finally {
    closeSync(file);
  }
}

/** @returns what a file is by how it begins, so that a name proves nothing. */
export const fileKind = (path: string): Promise<FileKind | ForeignKind> =>
  withFile(path, async (file) => {
    const start = await file.read(0, CHUNK_BYTES);
    return foreignKindOf(start) ?? kindOf(start);
  });

/** Verifies an export in NDJSON, in the same memory however long it is. */
export const verifyNdjsonFile = (path: string, options: ContentOptions): Promise<Verified> =>
  withFile(path, (file) => verifyNdjson(file, options));

/**
 * Verifies an evidence bundle.
 * @param keyFile has the public key that its checkpoints have to be signed with; null if none was given
 * @param code identifies the code that makes its page again
 * @throws {CheckpointKeyError} if there is no key in the file
 */
export const verifyBundleFile = (
  path: string,
  seed: number,
  keyFile: string | null = null,
  code: string = evidenceCode(),
): Verified => verifyBundle(readFileSync(path), seed, () => code, keyFile === null ? null : publicKeyIn(keyFile));

/** @returns the manifest of a CSV file where versions up to 0.2 wrote it. */
export const manifestPath = (file: string): string => `${file}.manifest.json`;

/** Verifies an export in CSV: row by row, and against its manifest. */
export function verifyCsvFile(path: string, options: Pick<ContentOptions, 'watch'>): Promise<Verified> {
  const beside = manifestPath(path);
  const read = (most: number): Promise<Buffer | null> =>
    existsSync(beside) ? withFile(beside, (file) => file.read(0, most)) : Promise.resolve(null);
  return withFile(path, (file) => verifyCsv(file, { name: beside, read }, options));
}
