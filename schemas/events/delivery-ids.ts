import { z } from 'zod';

/**
 * What deliveries are called that are on no order's rail: in quarantine, or passed on to the POS. Each is called by the
 * revision of its event in the stream of its kind, so that both are digits: only their types keep one from being taken for
 * the other. They are described here and not verified, because the store has them as they were written.
 */

/** Id of a delivery in quarantine. */
export const QuarantineId = z.string().brand<'QuarantineId'>();
export type QuarantineId = z.infer<typeof QuarantineId>;

/** Id of a delivery that was passed on to the POS. */
export const RelayId = z.string().brand<'RelayId'>();
export type RelayId = z.infer<typeof RelayId>;

/** Most digits of an id in a path: a number of more is not always exact. */
const MAX_DIGITS = 15;
const DIGITS = new RegExp(`^\\d{1,${String(MAX_DIGITS)}}$`);

/** @returns the id of the delivery that the event of a revision of the quarantine holds. */
export const quarantineId = (revision: number): QuarantineId => String(revision) as QuarantineId;

/** @returns the id of the attempt that the event of a revision of the stream of relays is. */
export const relayId = (revision: number): RelayId => String(revision) as RelayId;

/** Reads an id of the quarantine as somebody wrote it, with or without zeros before it. @returns null if it cannot be one */
export const parseQuarantineId = (text: string): QuarantineId | null =>
  DIGITS.test(text) ? quarantineId(Number(text)) : null;

/** @returns the revision of the event that holds a delivery in quarantine. */
export const revisionInQuarantine = (id: QuarantineId): number => Number(id);
