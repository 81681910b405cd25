import type { Drive } from '../../projections/order/drives';
import type { OrderState } from '../../projections/order/order';
import type { OrderKey } from '../../schemas/order-key';
import type { Verdict } from '../../schemas/vocabulary';

/**
 * What the log says of one order where the read model may say something else, because the order's stream was deleted:
 * that is no event, so the projector cannot see it by itself.
 */
export type Correction =
  /** The events up to this revision are gone; a state that includes a newer one is left as it is. */
  | { readonly kind: 'gone'; readonly key: OrderKey; readonly upTo: number }
  /** A replay gives this; it replaces a state of the same revision, and no other. */
  | {
      readonly kind: 'replayed';
      readonly key: OrderKey;
      readonly state: OrderState;
      readonly drives: readonly Drive[];
      readonly verdicts: ReadonlySet<Verdict>;
    };

/** @returns for each correction whether the read model says now what it says. */
export type ApplyCorrections = (corrections: readonly Correction[]) => readonly boolean[];

/** Hands corrections to whichever projector runs now; without one, none is made. */
export class Corrector {
  #apply: ApplyCorrections | null = null;

  attach(apply: ApplyCorrections): void {
    this.#apply = apply;
  }

  detach(): void {
    this.#apply = null;
  }

  /** Never throws: a read model that cannot be written is the projector's own trouble, and it says so. */
  apply(corrections: readonly Correction[]): readonly boolean[] {
    const none = (): readonly boolean[] => corrections.map(() => false);
    try {
      return this.#apply?.(corrections) ?? none();
    } catch {
      return none();
    }
  }
}
