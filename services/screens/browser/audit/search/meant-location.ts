import { html, nothing, type TemplateResult } from 'lit';
import type { LocationPicks } from '../../feed/location-picks';
import { choiceWords } from '../../feed/locations';
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
  const links = meant.map(
    (one) =>
      html`<a class="button" href=${searchAddress({ ...filters, location_id: one.location_id })}
        >${choiceWords(one)}</a
      > `,
  );
  return html`<p>
    ${sayParts('search.unknown_location', { location: html`<bdi>${location_id}</bdi>` })}
    ${meant.length === 0 ? nothing : sayParts('search.meant', { locations: html`${links}` })}
  </p>`;
}
