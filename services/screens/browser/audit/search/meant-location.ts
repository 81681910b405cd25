import { html, nothing, type TemplateResult } from 'lit';
import type { LocationPicks } from '../../feed/location-picks';
import { choiceWords, type Location } from '../../feed/locations';
import { searchAddress } from '../links';
import type { Filters } from '../model/search';
import { sayParts } from '../words/say-parts';

/** Offers, where nothing was found at a location that nobody reported, those that may have been meant. */
export function meantLocation(
  filters: Filters,
  locations: Pick<LocationPicks, 'has' | 'like'>,
): TemplateResult | typeof nothing {
  const { location_id } = filters;
  if (location_id === undefined || locations.has(location_id)) return nothing;
  const meant = locations.like(location_id);
  return html`<p>
    ${sayParts('search.unknown_location', { location: html`<bdi>${location_id}</bdi>` })}
    ${meant.length === 0 ? nothing : sayParts('search.meant', { locations: linksTo(filters, meant) })}
  </p>`;
}

/** Most locations that are offered: of a part that more have, more has to be typed. */
const MOST_OFFERED = 20;

/** Offers locations of which each has what was typed as a part of its name or id. */
export const severalLocations = (filters: Filters, locations: readonly Location[]): TemplateResult =>
  html`<p role="alert">
    ${sayParts('search.several_locations', {
      count: locations.length,
      locations: linksTo(filters, locations.slice(0, MOST_OFFERED)),
    })}
  </p>`;

const linksTo = (filters: Filters, locations: readonly Location[]): TemplateResult =>
  html`${locations.map(
    (one) =>
      html`<a class="button" href=${searchAddress({ ...filters, location_id: one.location_id })}
        >${choiceWords(one)}</a
      > `,
  )}`;
