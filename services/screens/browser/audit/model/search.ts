import { fromField, type PlaceClock } from './place-clock';

/** What an order can be found by: the parameters of `GET /audit/orders`, which stand in the page's address too. */
export const FILTERS = [
  'location_id',
  'order_id',
  'label',
  'driver',
  'license_plate',
  'phone_last4',
  'status',
  'delivery_status',
  'source',
  'stage',
  'attention',
  'verdict',
  'from',
  'to',
] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Readonly<Partial<Record<Filter, string>>>;

/** @param query of the page's address. @returns what it asks for; others' parameters are left out. */
export function parseFilters(query: URLSearchParams): Filters {
  const filters: Partial<Record<Filter, string>> = {};
  for (const name of FILTERS) {
    const value = query.get(name);
    if (value !== null && value !== '') filters[name] = value;
  }
  return filters;
}

/** Orders that are found at a time. */
export const FOUND_PAGE = 50;
/** Most orders that an address asks for at once: who wants more goes on from there. */
const MOST_SHOWN = 1_000;

/** @param query of the page's address. @returns how many orders it asks for at once */
export function parseShown(query: URLSearchParams): number {
  const shown = Number(query.get('shown'));
  return Number.isInteger(shown) ? Math.min(Math.max(shown, FOUND_PAGE), MOST_SHOWN) : FOUND_PAGE;
}

/** @returns the parameter of an address that asks for so many orders; none where everybody gets as many */
export const shownIn = (shown: number): Readonly<Record<string, string>> =>
  shown > FOUND_PAGE ? { shown: String(Math.min(shown, MOST_SHOWN)) } : {};

/** @returns whether only the drivers that were looked for are shown of each order. */
export const asksForDriver = ({ driver, license_plate, phone_last4, source }: Filters): boolean =>
  [driver, license_plate, phone_last4, source].some((asked) => asked !== undefined);

/**
 * @param fields of the form, in which times are those of a clock, with an offset where a time comes twice
 * @returns what they ask for, with times as moments that are the same for everyone
 */
export function filtersOf(fields: Readonly<Record<string, unknown>>, clock: PlaceClock): Filters {
  const filters: Partial<Record<Filter, string>> = {};
  for (const name of FILTERS) {
    const field = fields[name];
    const value = typeof field === 'string' ? field.trim() : '';
    if (value === '') continue;
    if (name !== 'from' && name !== 'to') {
      filters[name] = value;
      continue;
    }
    const offset = fields[`${name}_offset`];
    const at = fromField(value, clock, name === 'from' ? 'earlier' : 'later', typeof offset === 'string' ? offset : '');
    if (at !== null) filters[name] = new Date(at).toISOString();
  }
  return filters;
}

/** @returns the moment that a filter names, in milliseconds since the epoch; null: none */
export function momentOf(filter: string | undefined): number | null {
  const at = Date.parse(filter ?? '');
  return Number.isNaN(at) ? null : at;
}
