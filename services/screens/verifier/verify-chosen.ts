import { verifyBundle } from '../../audit/verify/bundle/verify-bundle';
import {
  CHUNK_BYTES,
  type FileContent,
  kindOf,
  verifyCsv,
  verifyNdjson,
} from '../../audit/verify/verify-content';
import { resultLines } from '../../audit/verify/result-lines';
import { type Verdict, verdictOf, type Verified } from '../../audit/verify/verified';
import { count } from '../../terminal/figures';
import { Buffer as Bytes } from './node/bytes';
import { createPublicKey } from './node/crypto';
import { evidenceCodeHere } from './zone-code';

/** Verifies files that were chosen in a browser, each by what it begins with. */

/** Largest evidence in bytes that is read here: it is read whole. The service makes none of a quarter of it. */
const LARGEST_EVIDENCE_BYTES = 134_217_728;
/** Largest key in bytes. */
const LARGEST_KEY_BYTES = 65_536;
const MANIFEST_SUFFIX = '.manifest.json';
/** How a PDF begins (ISO 32000-1, 7.5.2), which evidence is often printed to. */
const PDF_START = '%PDF-';

type PublicKey = Parameters<typeof verifyBundle>[3];

export type Result =
  | { readonly kind: 'verified'; readonly verdict: Verdict; readonly lines: readonly string[] }
  /** It could not be read, or not here; why, in a sentence. */
  | { readonly kind: 'unusable'; readonly detail: string };

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

async function verified(file: File, { manifests, key }: Chosen, onProgress: OnProgress): Promise<Verified | string> {
  const content = contentOf(file);
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  const options = { subject: file.name, seed, resume: null, watch: { onProgress, onResumable: () => undefined } };
  const start = await content.read(0, CHUNK_BYTES);
  if (start.toString('utf8', 0, PDF_START.length) === PDF_START)
    return 'A PDF cannot be verified: it is a print. Choose the file that ends with .evidence.html, as it was downloaded.';
  switch (kindOf(start)) {
    case 'ndjson':
      return verifyNdjson(content, options);
    case 'csv': {
      const name = `${file.name}${MANIFEST_SUFFIX}`;
      const beside = manifests.find((other) => other.name === name);
      const read = async (most: number): Promise<Buffer | null> =>
        beside === undefined ? null : contentOf(beside).read(0, most);
      return verifyCsv(content, { name, read }, options);
    }
    case 'evidence':
      if (file.size > LARGEST_EVIDENCE_BYTES)
        return `Evidence of more than ${count(LARGEST_EVIDENCE_BYTES)} bytes is not read here: ticket-rail verify takes it.`;
      return verifyBundle(
        await content.read(0, file.size),
        seed,
        evidenceCodeHere,
        key === null ? null : (createPublicKey(await key.text()) as unknown as PublicKey), // all that is asked of one
      );
  }
}

/** Verifies a file. @param chosen all that was chosen with it */
export async function verifyChosen(file: File, chosen: Chosen, onProgress: OnProgress): Promise<Result> {
  try {
    const found = await verified(file, chosen, onProgress);
    return typeof found === 'string'
      ? { kind: 'unusable', detail: found }
      : { kind: 'verified', verdict: verdictOf(found), lines: resultLines(file.name, found) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'unusable', detail: `The file cannot be read: ${why}` };
  }
}
