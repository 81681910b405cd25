import type { OrderKey } from '../../../../schemas/order-key';
import { isTimeZone } from '../../../../schemas/local-time';
import { basePath } from '../shared/base-path';
import { languageOf } from '../shared/query';
import { parseFilters, parseShown, shownIn } from './model/search';

/** Addresses of the audit pages: each can be kept and given on, and speaks as the page was asked to that leads there. */

const query = (fields: Readonly<Record<string, string | null>>): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== null && value !== '') parameters.set(name, value);
  return parameters.toString();
};

/** Returns the parameters of a page. */
const pageQuery = (fields: Readonly<Record<string, string | null>>): string =>
  query({ ...fields, lang: languageOf(window.location.search) });

/** Returns by which search this page was come to, as the query of its address; null: by none. */
const searchBefore = (): string | null => new URLSearchParams(window.location.search).get('search');

/**
 * @param revision of the event that is pointed at; null: of none
 * @param search to which the page leads back, as the query of its address; null: there is none
 */
export const timelineAddress = (
  { location_id, order_id }: OrderKey,
  revision: number | null = null,
  search: string | null = searchBefore(),
): string =>
  `${basePath}/audit?${pageQuery({ location: location_id, order: order_id, search, revision: revision === null ? null : String(revision) })}`;

/** @param at milliseconds since the epoch */
export const replayAddress = (location: string, at: number | null, hours: number | null = null): string =>
  `${basePath}/audit/board?${pageQuery({
    location,
    at: at === null ? null : new Date(at).toISOString(),
    hours: hours === null ? null : String(hours),
    search: searchBefore(),
  })}`;

/** Returns the address at which each word of an order is explained, in English; the header of that page keeps the language. */
export function wordsAddress(): string {
  const parameters = pageQuery({});
  return `${basePath}/docs${parameters === '' ? '' : `?${parameters}`}#words`;
}

/** @param filters as `GET /audit/orders` takes them */
export const searchAddress = (filters: Readonly<Record<string, string>>): string => {
  const parameters = pageQuery(filters);
  return parameters === '' ? `${basePath}/audit` : `${basePath}/audit?${parameters}`;
};

/** @param filters the same. @returns the query of the address of their search, by which other pages lead back to it */
export const searchQuery = (filters: Readonly<Record<string, string>>): string => query(filters);

/** Returns the address of the search by which this page was come to; of the search for the newest orders, if by none. */
export function searchAddressBefore(): string {
  const before = new URLSearchParams(searchBefore() ?? '');
  return searchAddress({ ...parseFilters(before), ...shownIn(parseShown(before)) });
}

/** @param filters as `GET /coverage` takes them */
export const coverageAddress = (filters: Readonly<Record<string, string>>): string => {
  const parameters = pageQuery(filters);
  return `${basePath}/audit/coverage${parameters === '' ? '' : `?${parameters}`}`;
};

/** @param filters the same. @returns the address of a file of all orders that are found, for a spreadsheet */
export const foundFileAddress = (filters: Readonly<Record<string, string>>): string =>
  `${basePath}/audit/orders?${query({ ...filters, format: 'csv' })}`;

/** @returns the address of a file with all events of an order, as `ticket-rail verify` takes it if it is NDJSON. */
export const exportAddress = ({ location_id, order_id }: OrderKey, format: 'ndjson' | 'csv'): string =>
  `${basePath}/locations/${encodeURIComponent(location_id)}/orders/${encodeURIComponent(order_id)}/history?format=${format}`;

/**
 * @param zone by whose clocks its times are, by its name; null: those of the browser
 * @returns the address of one file for a dispute.
 */
export const evidenceAddress = (
  { location_id, order_id }: OrderKey,
  contacts: 'shown' | 'withheld',
  zone: string | null,
): string => {
  const timeZone = zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  // A browser may have an offset in place of a name, which the service does not take.
  const parameters = query({ time_zone: isTimeZone(timeZone) ? timeZone : null, contacts });
  return `${basePath}/locations/${encodeURIComponent(location_id)}/orders/${encodeURIComponent(order_id)}/evidence?${parameters}`;
};

/** Milliseconds between two addresses: browsers refuse more than a hundred in half a minute. */
const BETWEEN_MS = 500;
let next: string | null = null;

/** Puts an address into the bar, soon, in place of the one that is there. */
export function replaceAddress(address: string): void {
  if (next === null) {
    setTimeout(() => {
      if (next !== null) window.history.replaceState(null, '', next);
      next = null;
    }, BETWEEN_MS);
  }
  next = address;
}
