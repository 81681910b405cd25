import { READ_EVENTS_1, SELECT_EVENTS_1 } from './check/format-1';
import { READ_EVENTS, SELECT_EVENTS } from './schema';

/** How a log is asked for its events, as rows that are the same whatever its format. */
export interface Query {
  /** Every event as an `EventRow`, and as a `ReadRow`. */
  readonly select: string;
  readonly read: string;
  /** Of a stream, which is given by its name. */
  readonly stream: string;
  readonly names: string;
  readonly from: string;
  /**
   * Events of streams from one name up to another, which it leaves out. What is asked of them is in their index: an index of
   * SQLite's holds the rowid, which is the position.
   */
  readonly named: string;
}

const OLD: Query = {
  select: SELECT_EVENTS_1,
  read: READ_EVENTS_1,
  stream: 'stream = ?',
  names: 'stream, type',
  from: 'events',
  named: 'FROM events INDEXED BY events_of_stream WHERE stream >= ? AND stream < ?',
};
const CURRENT: Query = {
  select: SELECT_EVENTS,
  read: READ_EVENTS,
  stream: 'stream = (SELECT id FROM streams WHERE name = ?)',
  names: 'streams.name, types.name',
  from: 'events LEFT JOIN streams ON streams.id = events.stream LEFT JOIN types ON types.id = events.type',
  named: `FROM streams CROSS JOIN events INDEXED BY events_of_stream ON events.stream = streams.id
    WHERE streams.name >= ? AND streams.name < ?`,
};

/**
 * How many rows a statement gives at most. SQLite looks at the value of a parameter that is all of a LIMIT to plan the
 * statement, and plans it anew each time that one is bound, which takes six times as long as reading an event does.
 */
export const LIMIT = 'LIMIT +?';

/** @returns how to ask a log of this format. */
export const queryOf = (format: number): Query => (format === 1 ? OLD : CURRENT);
