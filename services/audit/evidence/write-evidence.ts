import type { RecordedEvent } from '../../event-store/event-store';
import { beginFile } from '../../files/whole-file';
import { CommandError } from '../../terminal/command-error';
import type { ExportSource } from '../export/select-events';
import type { BundleOptions } from './bundle-options';
import { collectEvidence } from './collect-evidence';
import { evidenceCode } from './evidence-code';
import { bundleSteps } from './make-bundle';
import type { OrderEvidence } from './read-order';
import { atOnce, type Steps } from './steps';
import { withoutContacts } from './withhold-order';

/** What has to be said of evidence besides the order. */
export type EvidenceOptions = Omit<BundleOptions, 'evidence'> & {
  readonly code: string;
  readonly locationName: string | null;
  readonly timeZone: string;
};

/** What the key of the log signed that goes with the events of an order. */
export interface SignedEvidence {
  /** The newest, newest last. */
  readonly checkpoints: BundleOptions['checkpoints'];
  readonly prove: (events: readonly RecordedEvent[]) => Promise<BundleOptions['proof']>;
}

/** @returns what was signed that goes into the bundle of an order: nothing where contacts are withheld */
export async function signedPart(
  { checkpoints, prove }: SignedEvidence,
  { rows }: OrderEvidence,
  withheld: boolean,
): Promise<Pick<BundleOptions, 'checkpoints' | 'proof'>> {
  // The hash of a log of few events reveals what is in them.
  if (withheld) return { checkpoints: [], proof: null };
  return { checkpoints, proof: await prove(rows.map(({ event }) => event)) };
}

/**
 * Writes the evidence about an order to a file, which is there only once it is whole.
 * @param force whether it may replace a file that is there
 * @returns how many events.
 */
export async function writeEvidence(
  store: ExportSource,
  options: Omit<EvidenceOptions, 'code' | 'checkpoints' | 'proof'> & { readonly signed: SignedEvidence },
  { out, force }: { readonly out: string; readonly force: boolean },
): Promise<number> {
  const collected = await collectEvidence(store, options.key);
  if (collected.kind !== 'collected') throw new CommandError('Nothing was ever reported about this order.');
  const { evidence } = collected;
  const part = await signedPart(options.signed, evidence, options.withheld);
  const file = beginFile(out);
  try {
    file.write(atOnce(evidenceSteps({ ...options, ...part, code: evidenceCode() }, evidence)));
    if (force) file.finish();
    else if (!file.finishNew()) throw new CommandError(`${out} is there already: --force replaces it.`);
  } catch (error) {
    file.discard();
    throw error;
  }
  return evidence.rows.length;
}

/** Makes the bundle of what was read of an order, without contacts where they are withheld. */
export function* evidenceSteps(options: EvidenceOptions, evidence: OrderEvidence): Steps<string> {
  return yield* bundleSteps({ ...options, evidence: options.withheld ? yield* withoutContacts(evidence) : evidence });
}
