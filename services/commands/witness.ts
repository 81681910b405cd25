import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { ConsistencyProof } from '../../schemas/api/checkpoint';
import { openCheckpointKey } from '../audit/checkpoints/signing';
import type { NoteSigner } from '../audit/merkle/sign-note';
import {
  type CheckpointText,
  type NoteVerifier,
  parseVerifierKey,
  treeHashIn,
  unverifiedCheckpoint,
  verifierKeyOf,
} from '../audit/merkle/signed-note';
import type { TreeHash } from '../audit/merkle/tree';
import { cosign, type Remembered, rememberedIn } from '../audit/merkle/witness';
import { ifThere } from '../files/if-there';
import { withLockFile } from '../files/lock-file';
import { writeWholeFile } from '../files/whole-file';
import { argument } from '../terminal/argument';
import { CommandError } from '../terminal/command-error';
import { EXIT_FAILED } from '../terminal/exit-codes';
import { count } from '../terminal/figures';
import { hint, say } from '../terminal/output';

const STANDARD_INPUT = 0;
const MILLISECONDS_PER_SECOND = 1_000;
/** Most milliseconds that a log may take to answer. */
const ANSWER_MS = 60_000;
/** Most bytes of an answer: a note has some hundred, and a proof at most 64 hashes more. */
const MOST_ANSWER_BYTES = 65_536;
/** Hex digits of a root in the name of a file. */
const ROOT_HEX = 16;

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
  readonly first?: true;
}

/** @returns an answer as text. @throws {Error} if it is too long */
async function textOf({ body }: Response): Promise<string> {
  if (body === null) return '';
  const parts: AsyncIterable<Uint8Array> = body; // by the Fetch standard
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of parts) {
    bytes += chunk.length;
    if (bytes > MOST_ANSWER_BYTES)
      throw new CommandError(`The log answered more than ${count(MOST_ANSWER_BYTES)} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
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
      throw new CommandError(`The log cannot be reached at ${url}.`, { cause });
    });
    if (!answer.ok) throw new CommandError(`The log answered ${String(answer.status)} to GET ${path}.`);
    return textOf(answer);
  };
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

/** Keeps a note that is against what the same key signed before, to be shown to others; nothing is written over. */
function keepRefused(beside: string, note: string, { size, root }: CheckpointText): void {
  const file = `${beside}.refused-${String(size)}-${root.slice(0, ROOT_HEX)}`;
  if (ifThere(() => readFileSync(file, 'utf8')) === null) writeWholeFile(file, note);
  hint(`What the key signed now is in ${file}.`);
}

/** @throws {Error} if what is there is not what the run was said to be */
function memoryIn(file: string, signer: NoteSigner, isFirst: boolean): Exclude<Remembered, 'unreadable'> {
  const remembered = rememberedIn(
    ifThere(() => readFileSync(file, 'utf8')),
    signer,
  );
  if (remembered === 'unreadable')
    throw new CommandError(`${file} is no note that this witness signed. Put back what it was, or name another file.`);
  if (remembered === 'nothing' && !isFirst)
    throw new CommandError(`${file} is not there, so there is nothing to compare with. If that is right, add --first.`);
  if (remembered !== 'nothing' && isFirst)
    throw new CommandError(`${file} has what was seen before: leave --first out, or name another file.`);
  return remembered;
}

async function look(options: WitnessOptions, signer: NoteSigner, askLog: AskLog): Promise<void> {
  const { verifierKey: log, note: file, first } = options;
  const remembered = memoryIn(file, signer, first === true);
  const { note, proof } = await newestNote(askLog, remembered === 'nothing' ? 0 : remembered.size);
  const seconds = Math.floor(Date.now() / MILLISECONDS_PER_SECOND);
  const result = cosign({ remembered, note, proof, log, witness: signer, seconds });
  if (result.kind === 'refused') {
    hint(`NOT SIGNED: ${result.detail}.${remembered === 'nothing' ? '' : ` ${file} has what was seen before.`}`);
    if (result.against !== null) keepRefused(file, note, result.against);
    process.exitCode = EXIT_FAILED;
    return;
  }
  writeWholeFile(file, result.note);
  const seen =
    remembered === 'nothing'
      ? ' events. Seen for the first time: there was nothing to compare with.'
      : ' events, and begins with all that was seen before.';
  say(`Signed: ${log.name} has ${count(result.checkpoint.size)}${seen}`);
  hint(`The verifier key of this witness is ${verifierKeyOf(signer)}`);
}

function witness(options: WitnessOptions): Promise<void> {
  const { url, note, key, tokenFile } = options;
  const token =
    tokenFile === undefined ? null : readFileSync(tokenFile === '-' ? STANDARD_INPUT : tokenFile, 'utf8').trim();
  return withLockFile(`${note}.lock`, () => look(options, witnessOf(key), logAt(url, token)));
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
    .option('--first', 'sign what is seen for the first time: there is no --note file yet, and nothing to compare with')
    .option('--token-file <path>', 'file with the token of an auditor of that service; - is standard input')
    .action(witness);
