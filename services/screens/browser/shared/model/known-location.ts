import { isJsonObject, type JsonObject } from '../../../../../schemas/json/json-object';
import type { LocationFacts } from '../../../../../schemas/files/locations';
import { recordOf } from '../../../../../schemas/records';
import { DEFAULT_THRESHOLDS, OPEN_STAGES, type Thresholds } from '../../../../../schemas/files/thresholds';

/** What the service says of the location of a screen, besides its orders. */
export interface KnownLocation {
  /** What people call it; null: nobody said so. */
  readonly name: string | null;
  /** What its screens speak, as a BCP 47 tag; null: nobody said so. */
  readonly language: string | null;
  /** When an order is late there. */
  readonly thresholds: Thresholds;
}

export const UNKNOWN_LOCATION: KnownLocation = { name: null, language: null, thresholds: DEFAULT_THRESHOLDS };

/** @param given of LOCATIONS_FILE. @returns when an order is late: by default, where the file says nothing */
export const thresholdsOf = (given: LocationFacts['thresholds'] | undefined): Thresholds =>
  recordOf(OPEN_STAGES, (stage) => {
    const one = given?.[stage];
    return one === undefined ? DEFAULT_THRESHOLDS[stage] : { late: one.late, veryLate: one.very_late };
  });

/** @param location as a heartbeat has it; a service before these facts sends none, and one after them may leave some out */
export function knownLocation(location: unknown): KnownLocation {
  if (!isJsonObject(location)) return UNKNOWN_LOCATION;
  const { name, language, thresholds } = location as JsonObject & Partial<LocationFacts>; // as the contract has it
  return {
    name: name ?? null,
    language: language ?? null,
    thresholds: thresholdsOf(thresholds),
  };
}
