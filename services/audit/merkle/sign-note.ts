import { type KeyObject, sign } from 'node:crypto';
import { cosigned, keyIdOf, type NoteVerifier, TIME_BYTES } from './signed-note';

/** A key that signs notes. */
export interface NoteSigner extends NoteVerifier {
  readonly privateKey: KeyObject;
}

const signatureLine = (signer: NoteSigner, signature: Buffer): string =>
  `— ${signer.name} ${Buffer.concat([Buffer.from(keyIdOf(signer), 'hex'), signature]).toString('base64')}\n`;

/** @returns a text as a signed note. @param text ends with a line feed */
export const signNote = (text: string, signer: NoteSigner): string =>
  `${text}\n${signatureLine(signer, sign(null, Buffer.from(text), signer.privateKey))}`;

/** @returns the line by which a witness says that it saw a checkpoint. @param seconds since the epoch */
export function cosignatureLine(text: string, signer: NoteSigner, seconds: number): string {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(seconds));
  return signatureLine(signer, Buffer.concat([time, sign(null, cosigned(text, BigInt(seconds)), signer.privateKey)]));
}
