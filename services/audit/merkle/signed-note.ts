import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { isTreeHash, type TreeHash, type TreeHead } from './tree';

/**
 * Signed notes and checkpoints of trees as C2SP has them (c2sp.org/signed-note, tlog-checkpoint and tlog-cosignature, each
 * v1), which other software verifies, too. Keys are Ed25519.
 */

/** What a key signs: the text of a note, or when it saw a checkpoint with everything before it. */
export type NoteSignature = 'note' | 'cosignature';
const TYPES: Readonly<Record<NoteSignature, string>> = { note: '01', cosignature: '04' };

/** Who signs notes: a name without white space and `+`, and a key. */
export interface NoteVerifier {
  readonly name: string;
  readonly type: NoteSignature;
  readonly publicKey: KeyObject;
}

/** Most signatures of a note that are looked at; C2SP asks for 16 or more. */
const MOST_SIGNATURES = 64;
const KEY_ID_HEX = 8;
/** Of the seconds at the beginning of a cosignature. */
export const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;
/** How the SPKI (DER) of every Ed25519 key begins (RFC 8410); the 32 bytes of the key follow. */
const SPKI_START = '302a300506032b6570032100';
const NAME = /^[^\s+\p{Cc}]+$/u;
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** @returns the 32 bytes of a key, hex */
const keyBytes = (publicKey: KeyObject): string =>
  publicKey.export({ type: 'spki', format: 'der' }).toString('hex').slice(SPKI_START.length);

/** @returns what a signature names its key by, with the name: 8 hex digits */
export const keyIdOf = ({ name, type, publicKey }: NoteVerifier): string =>
  hash(
    'sha256',
    Buffer.concat([Buffer.from(`${name}\n`), Buffer.from(`${TYPES[type]}${keyBytes(publicKey)}`, 'hex')]),
    'hex',
  ).slice(0, KEY_ID_HEX);

/** @returns the bytes of a text in base64, if it is the one way to write them; null otherwise */
export function strictBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** @returns a verifier as others are given it: its name, the id of its key and the key */
export const verifierKeyOf = (verifier: NoteVerifier): string =>
  [
    verifier.name,
    keyIdOf(verifier),
    Buffer.from(`${TYPES[verifier.type]}${keyBytes(verifier.publicKey)}`, 'hex').toString('base64'),
  ].join('+');

/** @returns who a verifier key names; null if it is none of Ed25519 */
export function parseVerifierKey(text: string): NoteVerifier | null {
  const [, name = '', id, key = ''] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const bytes = strictBase64(key)?.toString('hex') ?? '';
  const type = (['note', 'cosignature'] as const).find((one) => bytes.startsWith(TYPES[one]));
  if (!NAME.test(name) || type === undefined || bytes.length !== 2 + 64) return null;
  const der = Buffer.from(`${SPKI_START}${bytes.slice(2)}`, 'hex').toString('base64');
  const publicKey = createPublicKey(`-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----\n`);
  const verifier = { name, type, publicKey };
  return keyIdOf(verifier) === id ? verifier : null;
}

/** A note as it is written: its text, which ends with a line feed, and the lines of its signatures. */
interface Parts {
  readonly text: string;
  readonly lines: readonly { readonly line: string; readonly name: string; readonly bytes: Buffer }[];
}

function partsOf(note: string): Parts | null {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || CONTROL.test(note)) return null;
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) return null;
  const parsed = lines.map((line) => {
    const [, name = '', base64 = ''] = /^— ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const bytes = strictBase64(base64);
    return NAME.test(name) && bytes !== null && bytes.length > KEY_ID_HEX / 2 ? { line, name, bytes } : null;
  });
  if (parsed.includes(null)) return null;
  return { text: note.slice(0, split + 1), lines: parsed.filter((line) => line !== null) };
}

/** @returns the bytes that a witness signs. @param seconds since the epoch */
export const cosigned = (text: string, seconds: bigint): Buffer =>
  Buffer.from(`cosignature/v1\ntime ${String(seconds)}\n${text}`);

function isBy(text: string, { type, publicKey }: NoteVerifier, signature: Buffer): boolean {
  if (type === 'note') return verify(null, Buffer.from(text), publicKey, signature);
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return false;
  const time = BigInt(`0x${Buffer.from(signature.subarray(0, TIME_BYTES)).toString('hex')}`);
  return verify(null, cosigned(text, time), publicKey, Buffer.from(signature.subarray(TIME_BYTES)));
}

/** A note that its verifier signed. */
export interface OpenedNote {
  /** Ends with a line feed. */
  readonly text: string;
  /** The line of the verifier, once, however often it is there; with its line feed. */
  readonly signature: string;
}

/**
 * @returns a note with the signature of its verifier; null unless that signed it: what nobody known signed is not to be
 *   looked at. Signatures of others are ignored.
 */
export function openSigned(note: string, verifier: NoteVerifier): OpenedNote | null {
  const parts = partsOf(note);
  if (parts === null) return null;
  const id = keyIdOf(verifier);
  const own = parts.lines.filter(
    ({ name, bytes }) => name === verifier.name && bytes.toString('hex', 0, KEY_ID_HEX / 2) === id,
  );
  const [first] = own;
  const areBy = own.every(({ bytes }) => isBy(parts.text, verifier, Buffer.from(bytes.subarray(KEY_ID_HEX / 2))));
  return first !== undefined && areBy ? { text: parts.text, signature: `${first.line}\n` } : null;
}

/** @returns the text of a note that its verifier signed; null otherwise */
export const openNote = (note: string, verifier: NoteVerifier): string | null =>
  openSigned(note, verifier)?.text ?? null;

/** What a checkpoint of a tree says. */
export interface CheckpointText extends TreeHead {
  /** Names the log, and the key that signs it. */
  readonly origin: string;
}

export const base64Of = (treeHash: TreeHash): string => Buffer.from(treeHash, 'hex').toString('base64');

/** @returns the text of the checkpoint of a tree, to be signed */
export const checkpointText = ({ origin, size, root }: CheckpointText): string =>
  `${origin}\n${String(size)}\n${base64Of(root)}\n`;

/** @returns a hash in base64; null if it is none */
export function treeHashIn(base64: string): TreeHash | null {
  const found = strictBase64(base64)?.toString('hex') ?? '';
  return isTreeHash(found) ? found : null;
}

const SIZE = /^(0|[1-9]\d{0,15})$/;

/** @returns a number of leaves, or the place of one, as proofs and checkpoints write it; null if it is none */
export function treeSizeIn(text: string): number | null {
  const size = SIZE.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(size) ? size : null;
}

/** @returns what the text of a checkpoint says; null if it is none */
export function parseCheckpointText(text: string): CheckpointText | null {
  const [origin = '', sizeText = '', rootText = '', ...more] = text.split('\n');
  const [size, root] = [treeSizeIn(sizeText), treeHashIn(rootText)];
  const extensions = more.slice(0, -1);
  if (origin === '' || size === null || root === null || more.at(-1) !== '' || extensions.includes('')) return null;
  return { origin, size, root };
}

/** @returns what the checkpoint in a note says, no matter who signed it: not to be relied on before {@link openNote} */
export function unverifiedCheckpoint(note: string): CheckpointText | null {
  const parts = partsOf(note);
  return parts === null ? null : parseCheckpointText(parts.text);
}
