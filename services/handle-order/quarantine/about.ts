import { isUtf8 } from 'node:buffer';
import { parseJson } from '../../../schemas/json/exact-json';
import { LocationId, OrderId } from '../../../schemas/wire/handle-order';
import { isJsonObject } from '../../../schemas/json/json-object';
import type { QuarantineEntry, QuarantinePage } from '../../../schemas/api/order-view';
import { cutPage } from '../../../schemas/cut-page';
import { sourceWords } from '../../../schemas/words/source-words';
import type { QuarantineQuery } from '../../../schemas/api/requests';

/** What a delivery in quarantine is about, as far as a body that cannot be used says so. */

export type AboutDelivery = QuarantineEntry['about'];

/** Most characters of a type or a source that are repeated. */
const MAX_WORD = 64;
const UNPAIRED_SURROGATE = /\p{Cs}/gu;

const NOTHING: AboutDelivery = { type: null, location_id: null, order_id: null, source: null };

const wordOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== ''
    ? value.slice(0, MAX_WORD).replace(UNPAIRED_SURROGATE, '\uFFFD')
    : null;

const membersOf = (value: unknown): Readonly<Record<string, unknown>> => (isJsonObject(value) ? value : {});

function jsonOf(body: Buffer): unknown {
  if (!isUtf8(body)) return null;
  try {
    return parseJson(body.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
}

/** @param body its codings undone; null: they cannot be */
export function aboutOf(body: Buffer | null): AboutDelivery {
  if (body === null) return NOTHING;
  const { type, object } = membersOf(jsonOf(body));
  const { location_id, order_id, driver_details, source } = membersOf(object);
  return {
    type: wordOf(type),
    location_id: LocationId.safeParse(location_id).data ?? null,
    order_id: OrderId.safeParse(order_id).data ?? null,
    source: wordOf(membersOf(driver_details)['source']) ?? wordOf(source),
  };
}

/** Which deliveries are asked for, by what they are about. */
export type AboutFilter = Pick<QuarantineQuery, 'location_id' | 'source'>;

/** Returns a source as it is compared: by what people call it, which is what pages show. */
const spelled = (source: string): string =>
  sourceWords(wordOf(source) ?? '')
    .trim()
    .toLowerCase();

export const isAbout = (about: AboutDelivery, { location_id, source }: AboutFilter): boolean =>
  (location_id === undefined || about.location_id === location_id) &&
  (source === undefined || (about.source !== null && spelled(about.source) === spelled(source)));

/**
 * Puts what was found in a part of the quarantine to what was found before it.
 * @param found of this part, in its order
 * @param next where the next part begins, or null at the end
 * @returns a page as long as it may be, which goes on after its last delivery where it was cut
 */
export function pageWith(
  before: readonly QuarantineEntry[],
  { found, next }: { readonly found: readonly QuarantineEntry[]; readonly next: string | null },
  limit: number,
): QuarantinePage {
  const { items, last } = cutPage([...before, ...found], limit);
  return { deliveries: [...items], next: last?.quarantine_id ?? next };
}
