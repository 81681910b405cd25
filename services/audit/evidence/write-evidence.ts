import type { RecordedEvent } from '../../event-store/event-store';
import { beginFile } from '../../files/whole-file';
import type { ExportSource } from '../export/select-events';
import type { BundleOptions } from './bundle-options';
import { collectEvidence } from './collect-evidence';
import { evidenceCode } from './evidence-code';
import { bundleSteps } from './make-bundle';
import type { OrderEvidence } from './read-order';
import { atOnce, type Steps } from './steps';
import { withoutContacts } from './withhold-order';

/** What has to be said of evidence besides the order. */
export type EvidenceOptions = Omit<BundleOptions, 'evidence' | 'checkpoints' | 'proof'> & {
  readonly code: string;
  readonly timeZone: string;
  /** Of the log, as they are now. */
  readonly signed: SignedEvidence;
};

/** What the key of the log signed that goes with the events of an order. */
export interface SignedEvidence {
  /** The newest, newest last. */
  readonly checkpoints: BundleOptions['checkpoints'];
  readonly prove: (events: readonly RecordedEvent[]) => BundleOptions['proof'];
}

/**
 * Writes the evidence about an order to a file, which is there only once it is whole.
 * @param force whether it may replace a file that is there
 * @returns how many events.
 */
export async function writeEvidence(
  store: ExportSource,
  options: Omit<EvidenceOptions, 'code'>,
  { out, force }: { readonly out: string; readonly force: boolean },
): Promise<number> {
  const collected = await collectEvidence(store, options.key);
  if (collected.kind !== 'collected') throw new Error('Nothing was ever reported about this order.');
  const { evidence } = collected;
  const file = beginFile(out);
  try {
    file.write(atOnce(evidenceSteps({ ...options, code: evidenceCode() }, evidence)));
    if (force) file.finish();
    else if (!file.finishNew()) throw new Error(`${out} is there already: --force replaces it.`);
  } catch (error) {
    file.discard();
    throw error;
  }
  return evidence.rows.length;
}

/** Makes the bundle of what was read of an order, without contacts where they are withheld. */
export function* evidenceSteps(options: EvidenceOptions, evidence: OrderEvidence): Steps<string> {
  const { checkpoints, prove } = options.signed;
  if (!options.withheld) {
    const proof = prove(evidence.rows.map(({ event }) => event));
    return yield* bundleSteps({ ...options, evidence, checkpoints, proof });
  }
  // The hash of a log of few events reveals what is in them.
  return yield* bundleSteps({ ...options, evidence: yield* withoutContacts(evidence), checkpoints: [], proof: null });
}
