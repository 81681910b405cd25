import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { formatInclusion, parseInclusion, provenInclusion } from '../../../../services/audit/merkle/inclusion-text';
import { cosignatureLine, type NoteSigner, signNote } from '../../../../services/audit/merkle/sign-note';
import {
  checkpointText,
  keyIdOf,
  openNote,
  parseCheckpointText,
  parseVerifierKey,
  unverifiedCheckpoint,
  verifierKeyOf,
} from '../../../../services/audit/merkle/signed-note';
import { inclusionProof, leafHashOf, TreeBuilder } from '../../../../services/audit/merkle/tree';
import { cases } from '../../../support/depth';

/** Of golang.org/x/mod/sumdb/note, example_test.go. */
const NEUMANN = {
  verifierKey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  /** The type of the key, and its seed. */
  secret: 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz',
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  line: '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
};
/** Of c2sp.org/signed-note, v1. */
const FOO = {
  verifierKey: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  note: 'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
};
/** Of sum.golang.org, as transparency-dev/formats has it, log/note_test.go. */
const GO_SUM = {
  verifierKey: 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8',
  text: 'go.sum database tree\n6476701\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n',
  line: '— sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=\n',
};
/** Of transparency-dev/formats, note_cosigv1_test.go: the key of a witness. */
const REMORA = 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2';

const verifierOf = (text: string) => {
  const verifier = parseVerifierKey(text);
  if (verifier === null) throw new Error(`${text} is no verifier key`);
  return verifier;
};
const PKCS8_START = '302e020100300506032b657004220420';

function signerOf(name: string, type: NoteSigner['type']): NoteSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { name, type, privateKey, publicKey };
}
const log = signerOf('rail.example/log', 'note');
const witness = signerOf('rail.example/witness', 'cosignature');

const builder = new TreeBuilder();
const leaves = Array.from({ length: 13 }, (_, index) => leafHashOf(String(index).padStart(2, '0')));
const largest = leaves.map((leaf) => builder.append(leaf));
const nodes = { leaf: (index: number) => leaves[index] ?? '', largest: (index: number) => largest[index] ?? '' };
const text = checkpointText({ origin: log.name, size: 13, root: builder.root });
const note = signNote(text, log);

/** A text with one bit of its UTF-8 changed, as far as that is a text. */
function flipped(whole: string, bit: number): string {
  const bytes = Buffer.from(whole);
  const at = (bit >> 3) % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString('utf8');
}

describe('signed notes', () => {
  it('a note of Go’s own package is verified, and the same is signed with its key', () => {
    const whole = `${NEUMANN.text}\n${NEUMANN.line}`;
    const verifier = verifierOf(NEUMANN.verifierKey);
    expect(openNote(whole, verifier)).toBe(NEUMANN.text);
    const der = Buffer.concat([Buffer.from(PKCS8_START, 'hex'), Buffer.from(NEUMANN.secret, 'base64').subarray(1)]);
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const signer = { ...verifier, publicKey: createPublicKey(privateKey), privateKey };
    expect(verifierKeyOf(signer)).toBe(NEUMANN.verifierKey);
    expect(signNote(NEUMANN.text, signer)).toBe(whole);
  });

  it('the note of the specification is verified by its verifier key, and by no other', () => {
    expect(openNote(FOO.note, verifierOf(FOO.verifierKey))).toBe('This is an example message.\n');
    expect(openNote(FOO.note, verifierOf(NEUMANN.verifierKey))).toBeNull();
  });

  it('a checkpoint of the log of Go’s modules is verified, and read', () => {
    const opened = openNote(`${GO_SUM.text}\n${GO_SUM.line}`, verifierOf(GO_SUM.verifierKey));
    expect(parseCheckpointText(opened ?? '')).toMatchObject({ origin: 'go.sum database tree', size: 6_476_701 });
  });

  it('the key of a witness names itself as others wrote it', () => {
    const verifier = verifierOf(REMORA);
    expect([verifier.type, verifier.name, keyIdOf(verifier)]).toEqual(['cosignature', 'remora.n621.de', 'da77ade7']);
    expect(verifierKeyOf(verifier)).toBe(REMORA);
  });

  it('a verifier key of which any one character was changed, or is missing, is none', () => {
    const key = NEUMANN.verifierKey;
    for (let at = 0; at < key.length; at++) {
      const next = String.fromCharCode(key.charCodeAt(at) + 1);
      expect(parseVerifierKey(`${key.slice(0, at)}${next}${key.slice(at + 1)}`)).toBeNull();
      expect(parseVerifierKey(`${key.slice(0, at)}${key.slice(at + 1)}`)).toBeNull();
    }
  });

  it('a note with any one bit changed is refused', () => {
    fc.assert(
      fc.property(fc.nat(), (bit) => {
        expect(openNote(flipped(note, bit), log)).toBeNull();
      }),
      { numRuns: cases(1_000) },
    );
  });

  it('signatures of others are ignored, as long as the right one is there and is right', () => {
    const { line } = NEUMANN;
    expect(openNote(`${note}${line}`, log)).toBe(text);
    expect(openNote(`${text}\n${line}`, log)).toBeNull();
    const other = signNote(text, { ...signerOf(log.name, 'note'), publicKey: log.publicKey }).slice(text.length + 1);
    expect(openNote(`${note}${other}`, log)).toBeNull();
  });

  it('a cosignature holds for the checkpoint and the time that it was made for', () => {
    const seconds = 1_679_315_147;
    const line = cosignatureLine(text, witness, seconds);
    expect(openNote(`${note}${line}`, witness)).toBe(text);
    expect(openNote(`${note}${line}`, { ...witness, type: 'note' })).toBeNull();
    const signature = Buffer.from(line.split(' ')[2] ?? '', 'base64');
    expect(signature.readBigUInt64BE(4)).toBe(BigInt(seconds));
    signature.writeBigUInt64BE(BigInt(seconds + 1), 4);
    expect(openNote(`${note}— ${witness.name} ${signature.toString('base64')}\n`, witness)).toBeNull();
  });

  it('what a checkpoint says is read as it is written, and nothing else is one', () => {
    expect(unverifiedCheckpoint(note)).toEqual({ origin: log.name, size: 13, root: builder.root });
    expect(parseCheckpointText(`${text}an extension\n`)).toMatchObject({ size: 13 });
    for (const wrong of [
      text.slice(0, -1),
      `${text}\n`,
      text.replace('13', '013'),
      text.replace('13', '-13'),
      text.replace('13', '1e1'),
      text.replace('=', ''),
      text.replace(log.name, ''),
    ]) {
      expect(parseCheckpointText(wrong)).toBeNull();
    }
  });
});

describe('a proof as a text', () => {
  it('a proof as a text is read as it is written', () => {
    const hashes = inclusionProof(nodes, 5, 13);
    const whole = formatInclusion({ index: 5, hashes, note });
    expect(whole.split('\n').slice(0, 2)).toEqual(['c2sp.org/tlog-proof@v1', 'index 5']);
    expect(parseInclusion(whole)).toEqual({ index: 5, hashes, note });
  });

  it('a proof as a text shows that a leaf is at its place in the tree of its note, and nothing of another leaf', () => {
    for (let index = 0; index < 13; index++) {
      const whole = formatInclusion({ index, hashes: inclusionProof(nodes, index, 13), note });
      expect(provenInclusion(whole, leaves[index] ?? '')).toMatchObject({ origin: log.name, size: 13, index });
      expect(provenInclusion(whole, leaves[(index + 1) % 13] ?? '')).toBeNull();
    }
  });

  it('a proof as a text with any one bit changed is refused', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.nat(), (index, bit) => {
        const whole = formatInclusion({ index, hashes: inclusionProof(nodes, index, 13), note });
        const proven = provenInclusion(flipped(whole, bit), leaves[index] ?? '');
        expect(proven === null ? null : openNote(proven.note, log)).toBeNull();
      }),
      { numRuns: cases(1_000) },
    );
  });
});
