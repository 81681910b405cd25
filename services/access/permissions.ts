import { type Role, ROLES } from '../../schemas/files/readers';
import type { LocationId } from '../../schemas/wire/handle-order';
import type { Reader } from './readers/readers';

/**
 * What each role may do beside reading the orders of its locations as they are now
 * (docs/decisions/010-reader-access.md).
 */
interface Permissions {
  /** Drivers' phone numbers and passcodes, which others see withheld. */
  readonly contact: boolean;
  /** The history of orders, and `as_of` and `at_revision`. */
  readonly history: boolean;
  /** The feed of the reader's locations, and consumers of it. */
  readonly feed: boolean;
  /** Looking through many orders: the audit search and coverage. */
  readonly search: boolean;
  /** The pages for people. */
  readonly pages: boolean;
  readonly metrics: boolean;
  /** Reading and redriving quarantine, if all locations are the reader's: an unusable body may belong to any. */
  readonly quarantine: boolean;
  /** Saying what orders are called where they are handed over. */
  readonly label: boolean;
  /** What was passed on to the POS, if all locations are the reader's: a delivery may name none. */
  readonly relays: boolean;
  /** Who may read, adding screens and taking them away, if all locations are the reader's: it gives any of them. */
  readonly readers: boolean;
}
/** Of the role, or one that a reader of any role is given by itself: recording what was done with orders. */
export type PermissionName = keyof Permissions | 'act';

const PERMISSIONS: Readonly<Record<Role, Permissions>> = {
  /** People at the counter hand out food by name, phone and passcode. */
  screen: {
    contact: true,
    history: false,
    feed: false,
    search: false,
    pages: true,
    metrics: false,
    quarantine: false,
    label: false,
    relays: false,
    readers: false,
  },
  /** A dispute is about exactly who had which passcode when. */
  auditor: {
    contact: true,
    history: true,
    feed: true,
    search: true,
    pages: true,
    metrics: false,
    quarantine: false,
    label: false,
    relays: false,
    readers: false,
  },
  /** Who runs the service mends deliveries, and needs nobody's phone for it. */
  operator: {
    contact: false,
    history: true,
    feed: true,
    search: true,
    pages: true,
    metrics: true,
    quarantine: true,
    label: false,
    relays: true,
    readers: true,
  },
  /** A machine that keeps its own copy of the orders. It is no person who looks around. */
  pos: {
    contact: true,
    history: true,
    feed: true,
    search: false,
    pages: false,
    metrics: false,
    quarantine: false,
    label: true,
    relays: false,
    readers: false,
  },
};

/** @returns whether a reader has a permission. */
export const isPermitted = (reader: Reader, permission: PermissionName): boolean =>
  reader.open || (permission === 'act' ? reader.acts : PERMISSIONS[reader.role][permission]);

/** @returns whether phone numbers and passcodes are shown to the reader. */
export const seesContact = (reader: Reader): boolean => isPermitted(reader, 'contact');

/** @returns whether the reader may see and set the consumers of others. */
export const managesConsumers = (reader: Reader): boolean => reader.locations === '*' && isPermitted(reader, 'metrics');

export const seesLocation = ({ locations }: Reader, locationId: LocationId): boolean =>
  locations === '*' || locations.includes(locationId);

/** Returns the roles that have every one of these permissions, in words: `auditor or operator`. */
export const rolesWith = (...permissions: readonly (keyof Permissions)[]): string =>
  ROLES.filter((role) => permissions.every((permission) => PERMISSIONS[role][permission])).join(' or ');
