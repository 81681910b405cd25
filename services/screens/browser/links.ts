import type { OrderKey } from '../../../schemas/handle-order';

/** Addresses of the audit pages: each can be kept and given on. */

const query = (fields: Readonly<Record<string, string | null>>): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== null && value !== '') parameters.set(name, value);
  return parameters.toString();
};

/** @param revision of the event that is pointed at; null: of none */
export const timelineAddress = ({ location_id, order_id }: OrderKey, revision: number | null = null): string =>
  `/audit?${query({ location: location_id, order: order_id, revision: revision === null ? null : String(revision) })}`;

/** @param at milliseconds since the epoch */
export const replayAddress = (location: string, at: number | null, hours: number | null = null): string =>
  `/audit/board?${query({
    location,
    at: at === null ? null : new Date(at).toISOString(),
    hours: hours === null ? null : String(hours),
  })}`;

/** @param filters as `GET /audit/orders` takes them */
export const searchAddress = (filters: Readonly<Record<string, string>>): string => {
  const parameters = query(filters);
  return parameters === '' ? '/audit' : `/audit?${parameters}`;
};

/** Milliseconds that an address waits for the next: browsers refuse more than a hundred in half a minute. */
const SETTLE_MS = 300;
let pending: ReturnType<typeof setTimeout> | undefined;

/** Puts an address into the bar, once nothing newer follows at once. */
export function replaceAddress(address: string): void {
  clearTimeout(pending);
  pending = setTimeout(() => {
    window.history.replaceState(null, '', address);
  }, SETTLE_MS);
}
