import { type Role, ROLES } from '../../schemas/readers';
import type { Reader } from './readers/readers';

/** What each role may do beside reading the orders of its locations as they are now (docs/decisions/010-reader-access.md). */
interface Permissions {
  /** Drivers' phone numbers and passcodes, which others see withheld. */
  readonly contact: boolean;
  /** The history of orders, and `as_of` and `at_revision`. */
  readonly history: boolean;
  readonly metrics: boolean;
  /** Reading and redriving quarantine, if all locations are the reader's: an unusable body may belong to any. */
  readonly quarantine: boolean;
  /** What was passed on to the POS, if all locations are the reader's: a delivery may name none. */
  readonly relays: boolean;
}
export type Permission = keyof Permissions;

const PERMISSIONS: Readonly<Record<Role, Permissions>> = {
  /** People at the counter hand out food by name, phone and passcode. */
  screen: { contact: true, history: false, metrics: false, quarantine: false, relays: false },
  /** A dispute is about exactly who had which passcode when. */
  auditor: { contact: true, history: true, metrics: false, quarantine: false, relays: false },
  /** Who runs the service mends deliveries, and needs nobody's phone for it. */
  operator: { contact: false, history: true, metrics: true, quarantine: true, relays: true },
};

const has = (reader: Reader, permission: Permission): boolean => reader.open || PERMISSIONS[reader.role][permission];

/** Whether phone numbers and passcodes are shown to the reader. */
export const seesContact = (reader: Reader): boolean => has(reader, 'contact');

export const seesHistory = (reader: Reader): boolean => has(reader, 'history');

export const seesMetrics = (reader: Reader): boolean => has(reader, 'metrics');

export const handlesQuarantine = (reader: Reader): boolean => reader.locations === '*' && has(reader, 'quarantine');

export const seesRelays = (reader: Reader): boolean => reader.locations === '*' && has(reader, 'relays');

/** Whether the reader may see who looked: at orders of all locations, so it takes all of them. */
export const seesAccessLog = (reader: Reader): boolean => reader.locations === '*' && has(reader, 'history');

export const seesLocation = ({ locations }: Reader, locationId: string): boolean =>
  locations === '*' || locations.includes(locationId);

/** The roles that have a permission, in words for whoever lacks it. */
export const rolesWith = (permission: Permission): string =>
  ROLES.filter((role) => PERMISSIONS[role][permission]).join(' or ');
