import { SELECT_EVENTS_1 } from './format-1';
import { SELECT_EVENTS } from './schema';

/** How a log is asked for its events, as rows that are the same whatever its format. */
export interface Query {
  readonly select: string;
  /** Of a stream, which is given by its name. */
  readonly stream: string;
  readonly names: string;
  readonly from: string;
}

const OLD: Query = { select: SELECT_EVENTS_1, stream: 'stream = ?', names: 'stream, type', from: 'events' };
const CURRENT: Query = {
  select: SELECT_EVENTS,
  stream: 'stream = (SELECT id FROM streams WHERE name = ?)',
  names: 'streams.name, types.name',
  from: 'events LEFT JOIN streams ON streams.id = events.stream LEFT JOIN types ON types.id = events.type',
};

/** @returns how to ask a log of this format. */
export const queryOf = (format: number): Query => (format === 1 ? OLD : CURRENT);
