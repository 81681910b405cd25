import { randomInt } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { orderStream } from '../../../schemas/events/order-events';
import { OF_FILES } from '../../../schemas/language/sentences/phrase';
import type { OrderKey } from '../../../schemas/order-key';
import { isEventStoreError } from '../../event-store/event-store';
import { openReadableStore, type ReadableStore, storeName } from '../../event-store/open';
import { CommandError } from '../../terminal/command-error';
import { EXIT_UNDECIDED, EXIT_FAILED } from '../../terminal/exit-codes';
import { addFault, emptyTally, NOWHERE } from '../chain/verification';
import { checkSignatures, type SignatureCheck, type SignedBy } from './check-signatures';
import type { ForeignKind } from './file-kind';
import { foreignWords } from './foreign-words';
import { forgetState, loadState, type Progressed, saveState } from './saved-state';
import { fileKind, verifyBundleFile, verifyCsvFile, verifyNdjsonFile } from './verify-file';
import { type Verified, verdictOf, type Watch } from './verified';
import { verifyRemoteStore, verifySqliteStore, verifyStream } from './verify-store';

/** What is to be verified. */
export type Subject =
  | {
      readonly kind: 'store';
      readonly url: string | null;
      readonly logFile: string;
      readonly signedBy: SignedBy;
    }
  | { readonly kind: 'order'; readonly url: string | null; readonly logFile: string; readonly key: OrderKey }
  /** @property keyFile that checkpoints in evidence have to be signed with; null to ask for no signature */
  | { readonly kind: 'file'; readonly path: string; readonly keyFile: string | null };

/** Milliseconds between two saves of how far a verification got. */
const SAVE_MS = 5_000;
const MOST_SEED = 2 ** 32;

/** @returns what a subject is called, without credentials. */
export function subjectName(subject: Subject): string {
  switch (subject.kind) {
    case 'file':
      return subject.path;
    case 'store':
      return subject.url === null ? subject.logFile : storeName(subject.url);
    case 'order':
      return `order ${subject.key.order_id} of ${subject.key.location_id}`;
  }
}

/**
 * Verifies without a service, and writes to nothing but the file of its own state.
 * @param state where to keep how far it got, or null
 */
export async function verify(
  subject: Subject,
  options: {
    readonly version: string;
    readonly state: string | null;
    readonly onProgress: Watch['onProgress'];
    readonly monotonic: () => number;
  },
): Promise<Verified> {
  const { version, state, onProgress, monotonic } = options;
  const seed = randomInt(MOST_SEED);
  if (subject.kind === 'order') {
    const stream = orderStream(subject.key);
    if (subject.url === null) return verifyStream({ file: subject.logFile }, stream, seed);
    const store = await openReadableStore(subject);
    return verifyStream({ store }, stream, seed).finally(() => store.close());
  }
  const name = subject.kind === 'file' ? realpathSync(subject.path) : subjectName(subject);
  const resume = state === null ? null : loadState(state, version, name);
  let saved = monotonic();
  const watch: Watch = {
    onProgress,
    onResumable: (progressed: () => Progressed) => {
      if (state === null || monotonic() - saved < SAVE_MS) return;
      saveState(state, version, progressed());
      saved = monotonic();
    },
  };
  const verified = await verifyWhole(subject, { subject: name, checks: [], version, seed, resume, watch });
  if (state !== null) forgetState(state);
  return verified;
}

async function verifyWhole(
  subject: Exclude<Subject, { kind: 'order' }>,
  options: Parameters<typeof verifySqliteStore>[1] & { readonly version: string },
): Promise<Verified> {
  if (subject.kind === 'file') {
    if (!statSync(subject.path).isFile())
      throw new CommandError(`${subject.path} is no regular file: save what it gives in a file, and verify that.`);
    const kind = await fileKind(subject.path);
    switch (kind) {
      case 'ndjson':
        return verifyNdjsonFile(subject.path, options);
      case 'evidence':
        return verifyBundleFile(subject.path, options.seed, subject.keyFile);
      case 'csv':
        return verifyCsvFile(subject.path, options);
      case 'print':
      case 'web archive':
      case 'archive':
      case 'verifier':
      case 'other':
        return foreignFile(kind);
    }
  }
  const { url, logFile, signedBy } = subject;
  let signatures: SignatureCheck | null = null;
  let store: ReadableStore | null = null;
  try {
    store = await openReadableStore(subject, 'earlier-too');
    signatures = await checkSignatures(store, signedBy);
  } catch (error) {
    // A log that cannot be read is what the verification itself says best.
    if (url !== null || !isEventStoreError(error)) throw error;
  }
  try {
    const checks = signatures === null ? [] : [signatures];
    const verified =
      url === null || store === null
        ? await verifySqliteStore(logFile, { ...options, checks })
        : await verifyRemoteStore(store, { ...options, checks });
    return {
      ...verified,
      notes: [...verified.notes, ...signatureNotes(signatures)],
      restores: signatures?.restores ?? [],
    };
  } finally {
    await store?.close();
  }
}

/** Returns that a file is none of ours: a fault, for it was given as one. */
function foreignFile(kind: ForeignKind): Verified {
  const tally = emptyTally();
  addFault(tally, { code: 'file', detail: foreignWords(kind, OF_FILES), ...NOWHERE });
  return { tally, faults: tally.faults, notes: [] };
}

const signatureNotes = (check: SignatureCheck | null): readonly string[] =>
  check === null
    ? ['No signed checkpoints were given: that the whole log was made anew, or cut off at its end, cannot be seen.']
    : [
        ...check.restores.map((restore) => `Restored, ${restore}.`),
        `${String(check.held)} of ${String(check.signed)} signed checkpoints hold` +
          `${check.void === 0 ? '' : `; ${String(check.void)} more are of what was lost, and count no longer`}.`,
      ];

/** @returns what the command ends with after one more result; what does not hold counts most. */
export function exitCodeAfter(before: number, verified: Verified): number {
  if (before === EXIT_FAILED) return EXIT_FAILED;
  switch (verdictOf(verified)) {
    case 'broken':
      return EXIT_FAILED;
    case 'undecided':
      return EXIT_UNDECIDED;
    case 'holds':
      return before;
  }
}
