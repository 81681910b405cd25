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

/** Whether the role of a reader has a permission. */
export const isPermitted = (reader: Reader, permission: Permission): boolean =>
  reader.open || PERMISSIONS[reader.role][permission];

/** Whether phone numbers and passcodes are shown to the reader. */
export const seesContact = (reader: Reader): boolean => isPermitted(reader, 'contact');

export const seesLocation = ({ locations }: Reader, locationId: string): boolean =>
  locations === '*' || locations.includes(locationId);

/** The roles that have every one of these permissions, in words: `auditor or operator`. */
export const rolesWith = (...permissions: readonly Permission[]): string =>
  ROLES.filter((role) => permissions.every((permission) => PERMISSIONS[role][permission])).join(' or ');
