import { verifyBundle } from '../../audit/verify/bundle/verify-bundle';
import { foreignKindOf, kindOf } from '../../audit/verify/file-kind';
import { CHUNK_BYTES, type FileContent, verifyCsv, verifyNdjson } from '../../audit/verify/verify-content';
import { Buffer as Bytes } from './node/bytes';
import { createPublicKey } from './node/crypto';
import type { Result } from './result-view';
import { evidenceCodeHere } from './zone-code';

/** Verifies files that were chosen in a browser, each by what it begins with. */

/** Largest evidence in bytes that is read here: it is read whole. The service makes none of a quarter of it. */
const LARGEST_EVIDENCE_BYTES = 134_217_728;
/** Largest key in bytes. */
const LARGEST_KEY_BYTES = 65_536;
const MANIFEST_SUFFIX = '.manifest.json';

type PublicKey = Parameters<typeof verifyBundle>[3];

/** Is shown how far it is, in bytes and events. */
export type OnProgress = (done: number, total: number, events: number) => void;

const contentOf = (file: File): FileContent => ({
  size: file.size,
  read: async (offset, length) => {
    const bytes = Bytes.from(await file.slice(offset, offset + length).arrayBuffer());
    return bytes as unknown as Buffer; // all that the code of the command uses of one
  },
});

/** What was chosen: files to be verified, and what goes with them. */
export interface Chosen {
  readonly files: readonly File[];
  readonly manifests: readonly File[];
  /** Public key in PEM that checkpoints in evidence have to be signed with; null if none was chosen. */
  readonly key: File | null;
}

/** How a public key begins; what is longer than a key is none. */
const KEY_START = '-----BEGIN PUBLIC KEY-----';

/** Finds out what each file is for. */
export async function sortOut(all: readonly File[]): Promise<Chosen> {
  const manifests = all.filter(({ name }) => all.some((other) => name === `${other.name}${MANIFEST_SUFFIX}`));
  const starts = await Promise.all(
    all.map((file) =>
      file
        .slice(0, KEY_START.length)
        .text()
        .catch(() => ''),
    ),
  );
  const keys = all.filter((file, index) => starts[index] === KEY_START && file.size <= LARGEST_KEY_BYTES);
  const files = all.filter((file) => !manifests.includes(file) && !keys.includes(file));
  return { files, manifests, key: keys[0] ?? null };
}

async function verify(file: File, { manifests, key }: Chosen, onProgress: OnProgress): Promise<Result> {
  const content = contentOf(file);
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  const options = { subject: file.name, seed, resume: null, watch: { onProgress, onResumable: () => undefined } };
  const start = await content.read(0, CHUNK_BYTES);
  const foreign = foreignKindOf(start);
  if (foreign !== null) return { kind: 'foreign', file: foreign };
  const kind = kindOf(start);
  switch (kind) {
    case 'ndjson':
      return { kind: 'verified', file: kind, verified: await verifyNdjson(content, options) };
    case 'csv': {
      const name = `${file.name}${MANIFEST_SUFFIX}`;
      const beside = manifests.find((other) => other.name === name);
      const read = async (most: number): Promise<Buffer | null> =>
        beside === undefined ? null : contentOf(beside).read(0, most);
      return { kind: 'verified', file: kind, verified: await verifyCsv(content, { name, read }, options) };
    }
    case 'evidence': {
      if (file.size > LARGEST_EVIDENCE_BYTES) return { kind: 'too_large', most: LARGEST_EVIDENCE_BYTES };
      const publicKey = key === null ? null : (createPublicKey(await key.text()) as unknown as PublicKey); // all that is asked of one
      const verified = verifyBundle(await content.read(0, file.size), seed, evidenceCodeHere, publicKey);
      return { kind: 'verified', file: kind, verified };
    }
  }
}

/** Verifies a file. @param chosen all that was chosen with it */
export const verifyChosen = (file: File, chosen: Chosen, onProgress: OnProgress): Promise<Result> =>
  verify(file, chosen, onProgress).catch((error: unknown) => ({
    kind: 'unreadable',
    why: error instanceof Error ? error.message : String(error),
  }));
