import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { ConsistencyProof } from '../../schemas/checkpoint';
import { openCheckpointKey } from '../audit/checkpoints/signing';
import type { NoteSigner } from '../audit/merkle/sign-note';
import {
  type NoteVerifier,
  openNote,
  parseVerifierKey,
  treeHashIn,
  unverifiedCheckpoint,
  verifierKeyOf,
} from '../audit/merkle/signed-note';
import type { TreeHash } from '../audit/merkle/tree';
import { cosign, rememberedIn } from '../audit/merkle/witness';
import { codeOf } from '../files/error-code';
import { writeWholeFile } from '../files/whole-file';
import { argument } from '../terminal/argument';
import { EXIT_FAILED } from '../terminal/exit-codes';
import { count } from '../terminal/figures';
import { hint, say } from '../terminal/output';

const STANDARD_INPUT = 0;
const MILLISECONDS_PER_SECOND = 1_000;
/** Most milliseconds that a log may take to answer. */
const ANSWER_MS = 60_000;

const LogUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'expected an http or https URL');
const VerifierKey = z.string().transform((text, context): NoteVerifier => {
  const verifier = parseVerifierKey(text);
  if (verifier?.type === 'note') return verifier;
  context.addIssue('expected a verifier key of an Ed25519 key, as GET /checkpoints of the log has it');
  return z.NEVER;
});

interface WitnessOptions {
  readonly url: string;
  readonly verifierKey: NoteVerifier;
  readonly note: string;
  readonly key: string;
  readonly tokenFile?: string;
}

/** Asks a log for what is at a path. */
type AskLog = (path: string) => Promise<string>;

function logAt(url: string, token: string | null): AskLog {
  return async (path) => {
    const answer = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: token === null ? {} : { Authorization: `Bearer ${token}` },
    }).catch((cause: unknown) => {
      throw new Error(`The log cannot be reached at ${url}.`, { cause });
    });
    if (!answer.ok) throw new Error(`The log answered ${String(answer.status)} to GET ${path}.`);
    return answer.text();
  };
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** @returns the newest note of a log, and the proof that it begins with so many events. */
async function newestNote(
  askLog: AskLog,
  size: number,
): Promise<{ readonly note: string; readonly proof: readonly TreeHash[] }> {
  const note = await askLog('/checkpoints/note');
  // What is not longer than what was seen needs no proof, or has none.
  if (size === 0 || (unverifiedCheckpoint(note)?.size ?? 0) <= size) return { note, proof: [] };
  const answer = ConsistencyProof.parse(JSON.parse(await askLog(`/checkpoints/consistency?from=${String(size)}`)));
  const proof = answer.proof.map((hash) => treeHashIn(hash) ?? '');
  return { note: answer.note, proof };
}

/** @returns who signs here: the key file is made if there is none. */
function witnessOf(keyFile: string): NoteSigner {
  const { id, privateKey, publicPem } = openCheckpointKey(keyFile, () => []);
  return { name: `ticket-rail-witness/${id}`, type: 'cosignature', privateKey, publicKey: createPublicKey(publicPem) };
}

/** Keeps a note that contradicts what the same key signed before: with it, that can be shown to others. */
function keepRefused(file: string, note: string): void {
  writeWholeFile(file, note);
  hint(`What the key signed now is in ${file}: both together show that it signed two histories, or less than before.`);
}

async function witness({ url, verifierKey: log, note: file, key, tokenFile }: WitnessOptions): Promise<void> {
  const token =
    tokenFile === undefined ? null : readFileSync(tokenFile === '-' ? STANDARD_INPUT : tokenFile, 'utf8').trim();
  const signer = witnessOf(key);
  const before = readIfThere(file);
  const remembered = rememberedIn(before, signer);
  if (remembered === 'unreadable')
    throw new Error(`${file} is no note that this witness signed. Put back what it was, or name another file.`);
  const { note, proof } = await newestNote(logAt(url, token), remembered === 'nothing' ? 0 : remembered.size);
  const seconds = Math.floor(Date.now() / MILLISECONDS_PER_SECOND);
  const result = cosign({ remembered, note, proof, log, witness: signer, seconds });
  if (result.kind === 'refused') {
    hint(`NOT SIGNED: ${result.detail}. ${file} has what was seen before.`);
    if (openNote(note, log) !== null) keepRefused(`${file}.refused`, note);
    process.exitCode = EXIT_FAILED;
    return;
  }
  if (readIfThere(file) !== before) throw new Error(`Another run wrote ${file} meanwhile. Run one at a time.`);
  writeWholeFile(file, result.note);
  say(`Signed: ${log.name} has ${count(result.checkpoint.size)} events, and begins with all that was seen before.`);
  hint(`The verifier key of this witness is ${verifierKeyOf(signer)}`);
}

/** Adds `ticket-rail witness`, which signs the newest note of another log, if that goes on from what it signed before. */
export const addWitnessCommand = (program: Command): Command =>
  program
    .command('witness')
    .description('sign the newest checkpoint of the log of another Ticket Rail, if nothing before it was changed')
    .requiredOption('--url <url>', 'where that service is, with its BASE_PATH', argument(LogUrl))
    .requiredOption('--verifier-key <key>', 'verifier_key of its GET /checkpoints', argument(VerifierKey))
    .requiredOption('--note <file>', 'what was signed last; written anew')
    .requiredOption('--key <file>', 'private key of the witness (Ed25519, PEM, PKCS #8); made if it is not there')
    .option('--token-file <path>', 'file with the token of an auditor of that service; - is standard input')
    .action(witness);
