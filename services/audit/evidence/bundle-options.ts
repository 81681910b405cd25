import type { OrderKey } from '../../../schemas/order-key';
import type { OrderEvidence } from './read-order';

/** What proves that an event of the order is in the log of a signed note. */
export interface EventProof {
  /** Of the event. */
  readonly position: string;
  /** As tlog-proof text, with the note. */
  readonly proof: string;
}

/** What a bundle is made from. */
export interface BundleOptions {
  readonly key: OrderKey;
  /** Of all events of the order; at least one. */
  readonly evidence: OrderEvidence;
  /** Fingerprints of the secrets that are configured now, newest first. */
  readonly secrets: readonly string[];
  /** Signed checkpoints of the log, newest last; none where contacts are withheld. */
  readonly checkpoints: readonly unknown[];
  /** Of the newest event that a signed note covers; null if there is none, and where contacts are withheld. */
  readonly proof: EventProof | null;
  /** Phones and passcodes are not in it. */
  readonly withheld: boolean;
  /**
   * What people call the location, as this service is set; null where it is not set to call it anything, undefined in
   * bundles of versions that did not say so.
   */
  readonly locationName: string | null | undefined;
  /** By whose clocks times are shown, beside UTC; undefined in bundles of versions that did not. */
  readonly timeZone: string | undefined;
  readonly version: string;
  /** Identifies the code that makes the page; undefined in bundles of versions that did not say so. */
  readonly code: string | undefined;
  /** RFC 3339. */
  readonly exportedAt: string;
}
