/** Which deliveries the page of quarantine shows; it stands in the page's address. */
export interface QuarantineFilters {
  readonly location_id: string;
  readonly source: string;
  readonly waiting: 'true' | 'false' | 'any';
}

/** What waits, wherever it is about. */
export const WAITING_ANYWHERE: QuarantineFilters = { location_id: '', source: '', waiting: 'true' };

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** @param fields of the form, or of the page's address; what cannot be used is as if it were not there */
export function quarantineFilters(fields: Readonly<Record<string, unknown>>): QuarantineFilters {
  const { location_id, source, waiting } = fields;
  return {
    location_id: textOf(location_id),
    source: textOf(source),
    waiting: waiting === 'false' || waiting === 'any' ? waiting : 'true',
  };
}

/**
 * Returns which deliveries come first. What can be redriven is listed from the oldest on: a redrive is the newest news of
 * its order, so what came later has to be redriven later, from one page to the next too.
 */
export const orderOf = ({ waiting }: QuarantineFilters): 'oldest' | 'newest' =>
  waiting === 'false' ? 'newest' : 'oldest';

/** @returns what the service is asked for: `GET /quarantine` */
export function quarantineQuery(filters: QuarantineFilters): Readonly<Record<string, string>> {
  const { location_id, source, waiting } = filters;
  return {
    order: orderOf(filters),
    ...(location_id === '' ? {} : { location_id }),
    ...(source === '' ? {} : { source }),
    ...(waiting === 'any' ? {} : { waiting }),
  };
}

/**
 * @param language that the page was asked to speak, and goes on to; empty: nobody asked
 * @returns the query of the page's address, empty for what is shown without any
 */
export function addressQuery({ location_id, source, waiting }: QuarantineFilters, language = ''): string {
  const query = new URLSearchParams();
  if (location_id !== '') query.set('location_id', location_id);
  if (source !== '') query.set('source', source);
  if (waiting !== 'true') query.set('waiting', waiting);
  if (language !== '') query.set('lang', language);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
