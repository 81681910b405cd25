import { MAX_LIVE_LOCATIONS } from '../../../../../schemas/api/screen-limits';

/** What an element that shows live data has to be sent. */
export type FeedNeed = (
  | {
      /** Orders of a location: several may be asked for at once. */
      readonly kind: 'location';
      /** Absolute base URL of the service, with the slash at its end. */
      readonly service: string;
      readonly location: string;
      readonly view: 'board' | 'customers';
    }
  /** A feed of its own, by its absolute URL. */
  | { readonly kind: 'whole'; readonly url: string }
) & {
  /** Null: the browser's cookie says who asks. */
  readonly token: string | null;
};

/** Most characters that locations and positions may make of an address; servers take 8,000 to 16,000 with all headers. */
const MAX_ASKED_CHARACTERS = 4_000;
/** Characters of a position and the names of both parameters, at most. */
const BESIDE_LOCATION_CHARACTERS = 70;

/** A location that is asked for, and where it is resumed; null: it begins with all that is to be known. */
export type AskedLocation = readonly [location: string, position: string | null];

/** How a feed is asked for. */
export interface FeedRequest {
  readonly url: string;
  /** Where it is resumed, if the address does not say it. */
  readonly lastEventId: string | null;
}

/** Returns what needs have in common that one connection can serve: who asks whom for what. */
export const commonOf = (need: FeedNeed): string =>
  JSON.stringify([need.token, ...(need.kind === 'whole' ? [need.url] : [need.service, need.view])]);

/** @returns what a need is of within what it has in common with others; empty where it has nothing of its own */
export const locationOf = (need: FeedNeed): string => (need.kind === 'whole' ? '' : need.location);

/** @returns the origin that is asked. */
export const serverOf = (need: FeedNeed): string => new URL(need.kind === 'whole' ? need.url : need.service).origin;

/** @returns whether one connection can be asked for all of these locations. */
export const fitsOne = (locations: readonly string[]): boolean =>
  locations.length <= MAX_LIVE_LOCATIONS &&
  locations.reduce(
    (sum, one) => sum + new URLSearchParams([['', one]]).toString().length + BESIDE_LOCATION_CHARACTERS,
    0,
  ) <= MAX_ASKED_CHARACTERS;

/** @returns how to ask for places of a need, by which what they have in common is known. One is asked for by itself. */
export function requestFor(need: FeedNeed, places: readonly AskedLocation[]): FeedRequest {
  if (need.kind === 'whole') return { url: need.url, lastEventId: null };
  const { service, view } = need;
  const query = new URLSearchParams(view === 'board' ? {} : { view });
  const [only, another] = places;
  if (only !== undefined && another === undefined) {
    const [location, lastEventId] = only;
    const asked = query.size === 0 ? '' : `?${query.toString()}`;
    return { url: `${service}locations/${encodeURIComponent(location)}/live${asked}`, lastEventId };
  }
  for (const [location, position] of places) {
    query.append('location_id', location);
    query.append('last_event_id', position ?? '');
  }
  return { url: `${service}live?${query.toString()}`, lastEventId: null };
}
