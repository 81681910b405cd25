import type { Permission as CallPermission } from '../http/endpoint';
import { Problem } from '../http/problem';
import { readerOf } from './guard';
import { isPermitted, type PermissionName, rolesWith, seesLocation } from './permissions';
import { takePlace } from './read-guard';
import type { Reader } from './readers/readers';
import type { LocationId } from '../../schemas/wire/handle-order';
import { locationId } from '../../schemas/order-key';

/** What a call asks of who reads. It is refused before anything is looked up, so a refusal reveals no order. */

interface Requirement {
  /** What the role of the reader has to permit. */
  readonly permission: PermissionName | null;
  /** Whose the location in the path has to be, or all locations. */
  readonly locations: 'any' | 'this' | 'all';
  /** What cannot be read otherwise. */
  readonly what: string;
  /** What is done with it; unset: it is read. */
  readonly verb?: string;
}

export const THIS_LOCATION: Requirement = { permission: null, locations: 'this', what: 'this location' };
export const ALL_LOCATIONS: Requirement = { permission: null, locations: 'all', what: 'all locations' };
export const HISTORY: Requirement = { permission: 'history', locations: 'any', what: 'what was before' };
/** Looking through many orders. */
export const SEARCH: Requirement = { permission: 'search', locations: 'any', what: 'what is found in many orders' };
export const FEED: Requirement = { permission: 'feed', locations: 'any', what: 'the feed' };
/** What people look at. */
export const PAGES: Requirement = { permission: 'pages', locations: 'any', what: 'pages' };
/** Contacts, and what was computed from them. */
export const CONTACT: Requirement = {
  permission: 'contact',
  locations: 'any',
  what: 'phones and passcodes, nor what is made of them',
};
export const METRICS: Requirement = { permission: 'metrics', locations: 'any', what: 'metrics' };
/** Who looked at orders of all locations. */
export const ACCESS_LOG: Requirement = { permission: 'search', locations: 'all', what: 'who looked' };
/** Reading and redriving: an unusable body may belong to any location. */
export const QUARANTINE: Requirement = { permission: 'quarantine', locations: 'all', what: 'quarantine' };
/** Where news of all locations are sent to. */
export const DESTINATIONS: Requirement = { permission: 'metrics', locations: 'all', what: 'destinations' };
/** Which screens watch, and who is signed in there. */
export const SCREENS: Requirement = { permission: 'metrics', locations: 'any', what: 'which screens watch' };
/** Saying what an order is called. */
export const LABEL: Requirement = { permission: 'label', locations: 'any', what: 'labels', verb: 'set' };
/** Recording what was done with an order: the reader itself is permitted to, whatever its role. */
export const ACT: Requirement = { permission: 'act', locations: 'any', what: 'what was done', verb: 'record' };
/** What was passed on to the POS: a delivery may name no location. */
export const RELAYS: Requirement = { permission: 'relays', locations: 'all', what: 'relays' };

/** Who may read. */
export const READERS: Requirement = { permission: 'readers', locations: 'all', what: 'who may read' };
/** Adding screens, and taking them away. */
export const SCREEN_READERS: Requirement = { ...READERS, what: 'screens', verb: 'add or take away' };

const isMet = ({ permission, locations }: Requirement, reader: Reader): boolean =>
  (permission === null || isPermitted(reader, permission)) && (locations !== 'all' || reader.locations === '*');

function refusal({ permission, locations, what, verb = 'read' }: Requirement, reader: Reader): string {
  if (permission === null) return 'This takes a reader of all locations ("*"). GET /session lists the reader’s.';
  if (permission === 'act') return `This reader may not ${verb} ${what}: it takes \`acts\` in the list of readers.`;
  const besides = locations === 'all' ? ' of all locations ("*")' : '';
  return `The role ${reader.role} may not ${verb} ${what}: it takes ${rolesWith(permission)}${besides}.`;
}

/** @throws {Problem} `not-permitted` if the location is not one of the reader's. */
export function requireLocation(reader: Reader, location: LocationId): void {
  if (seesLocation(reader, location)) return;
  throw new Problem('not-permitted', 'This location is not one of the reader’s. GET /session lists them.');
}

/**
 * @returns the locations that are asked about; null for all
 * @throws {Problem} `not-permitted`
 */
export function locationsAskedFor(reader: Reader, locationId: LocationId | undefined): readonly string[] | null {
  if (locationId === undefined) return reader.locations === '*' ? null : reader.locations;
  requireLocation(reader, locationId);
  return [locationId];
}

/** @throws {Problem} `not-permitted` if the reader may not look back. */
export const requireHistory = (reader: Reader): void => {
  demand(HISTORY, reader, {});
};

/** @throws {Problem} `not-permitted` if contacts are withheld from the reader. */
export const requireContact = (reader: Reader): void => {
  demand(CONTACT, reader, {});
};

/** @throws {Problem} `not-permitted` if the reader is no person who looks at pages. */
export const requirePages = (reader: Reader): void => {
  demand(PAGES, reader, {});
};

function demand(requirement: Requirement, reader: Reader, params: Readonly<Record<string, unknown>>): void {
  if (requirement.locations === 'this') requireLocation(reader, locationId(String(params['location_id'])));
  if (!isMet(requirement, reader)) throw new Problem('not-permitted', refusal(requirement, reader));
}

function sentenceOf(requirements: readonly Requirement[]): string {
  const permissions = requirements.flatMap(({ permission }) =>
    permission === null || permission === 'act' ? [] : permission,
  );
  const asks = (locations: Requirement['locations']): boolean =>
    requirements.some((one) => one.locations === locations);
  const where = asks('all') ? ' of all locations' : asks('this') ? ' of the location' : '';
  const role = permissions.length === 0 ? '' : ` with the role ${rolesWith(...permissions)}`;
  const acts = requirements.some(({ permission }) => permission === 'act') ? ' that have `acts`' : '';
  return `For readers${where}${role}${acts}.`;
}

/** The call is for readers who meet all of this; for any reader, if it is nothing. Only behind the guard. */
export function readers(...requirements: readonly Requirement[]): CallPermission<Reader> {
  return {
    sentence: sentenceOf(requirements),
    schemes: ['reader', 'session'],
    problems: requirements.length === 0 ? ['reader-not-authentic'] : ['reader-not-authentic', 'not-permitted'],
    admit: ({ request, response, params, large }) => {
      const reader = readerOf(response);
      for (const requirement of requirements) demand(requirement, reader, params);
      if (large !== undefined) takePlace(request, response, large);
      return reader;
    },
  };
}
