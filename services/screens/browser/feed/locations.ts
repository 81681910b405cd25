import { editDistance } from '../../../../schemas/words/edit-distance';
import { addressOf } from '../shared/base-path';
import { fetchRead } from '../shared/fetch-read';

/** One location as `GET /locations` lists it. */
export interface Location {
  readonly location_id: string;
  readonly active_orders: number;
  /** What people call it; null: nobody said so. */
  readonly name: string | null;
  /** By its name in the IANA database; null: nobody said so. */
  readonly time_zone: string | null;
}

/** @returns what people pick a location by: its name, and its id, for two may be called the same. */
export const choiceWords = ({ name, location_id }: Pick<Location, 'name' | 'location_id'>): string =>
  name === null ? location_id : `${name} · ${location_id}`;

/** @returns whether a location is one that is looked for. @param sought a part of its name or id, ignoring case */
export const isSought = (location: Pick<Location, 'name' | 'location_id'>, sought: string): boolean =>
  choiceWords(location).toLowerCase().includes(sought.trim().toLowerCase());

/** @returns the one location that a text is the whole name or id of, or a part of these; undefined: none is, or several are. */
export function theOneSought<One extends Pick<Location, 'name' | 'location_id'>>(
  all: readonly One[],
  text: string,
): One | undefined {
  const sought = text.trim().toLowerCase();
  if (sought === '') return undefined;
  const wholly = all.filter((one) =>
    [one.location_id, one.name ?? '', choiceWords(one)].some((words) => words.toLowerCase() === sought),
  );
  const found = wholly.length > 0 ? wholly : all.filter((one) => isSought(one, text));
  return found.length === 1 ? found[0] : undefined;
}

/** Most locations that are offered in place of one that nobody reported. */
const MOST_LIKELY = 3;

/** @returns the locations that are likely to have been meant by a text, the likeliest first: a third of it may be wrong. */
export function likeliest<One extends Pick<Location, 'location_id' | 'name'>>(
  text: string,
  all: readonly One[],
): readonly One[] {
  const meant = text.trim().toLowerCase();
  return all
    .map((location) => {
      const called = [location.location_id, location.name ?? location.location_id].map((one) => one.toLowerCase());
      const isPart = called.some((one) => meant.length > 2 && one.includes(meant));
      return { location, slips: isPart ? 0 : Math.min(...called.map((one) => editDistance(meant, one))) };
    })
    .filter(({ slips }) => slips <= meant.length / 3)
    .sort((one, other) => one.slips - other.slips)
    .slice(0, MOST_LIKELY)
    .map(({ location }) => location);
}

export type LocationList =
  /** `complete`: there are no others. */
  | { readonly kind: 'listed'; readonly locations: readonly Location[]; readonly complete: boolean }
  | { readonly kind: 'refused'; readonly reason: 'login' | 'forbidden' }
  | { readonly kind: 'failed' };

/** Locations asked for at a time, and most pages of them: a list for people to pick from. */
const PAGE = 100;
const MOST_PAGES = 20;

/** Lists what this screen may show. */
export async function listLocations(service: string, token: string | null): Promise<LocationList> {
  const locations: Location[] = [];
  let after = '';
  try {
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const cursor = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
      const response = await fetchRead(addressOf(service, `/locations?limit=${String(PAGE)}${cursor}`), {
        headers: { Accept: 'application/json', ...(token === null ? {} : { Authorization: `Bearer ${token}` }) },
        credentials: token === null ? 'same-origin' : 'omit',
        cache: 'no-store',
      });
      if (response.status === 401) return { kind: 'refused', reason: 'login' };
      if (response.status === 403) return { kind: 'refused', reason: 'forbidden' };
      if (!response.ok) return { kind: 'failed' };
      const answer = (await response.json()) as { locations: readonly Location[]; next: string | null }; // as the contract has it
      locations.push(...answer.locations);
      if (answer.next === null) return { kind: 'listed', locations, complete: true };
      after = answer.next;
    }
  } catch {
    return { kind: 'failed' };
  }
  return { kind: 'listed', locations, complete: false };
}

/** @returns the name under which this browser is signed in, or null: it is not, or need not be. */
export async function signedInAs(): Promise<string | null> {
  try {
    const response = await fetch(addressOf('', '/session'), {
      headers: { Accept: 'application/json' },
      cache: 'no-store',
    });
    if (!response.ok) return null;
    const { open, name } = (await response.json()) as { open: boolean; name: string | null }; // as the contract has it
    return open ? null : name;
  } catch {
    return null;
  }
}

/** @returns where someone signs in, and comes back from. */
export const loginAddress = (service: string): string =>
  addressOf(service, `/login?next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
