import type { Database as Connection } from 'better-sqlite3';
import { type Verdict, VERDICTS } from '../../../schemas/vocabulary';

/** How the events of each order were read, each verdict once, by which the search finds orders. */
export interface KeptVerdicts {
  /** Adds how events of an order were read, to what is there. */
  add(seq: number, verdicts: Iterable<Verdict>): void;
  /** Writes how all events of an order were read, in place of what is there. */
  set(seq: number, verdicts: Iterable<Verdict>): void;
}

/** @returns how a verdict stands in `order_verdicts`. */
export const verdictNumber = (verdict: Verdict): number => VERDICTS.indexOf(verdict);

export function keepVerdicts(db: Connection): KeptVerdicts {
  const insert = db.prepare<[number, number]>('INSERT OR IGNORE INTO order_verdicts (verdict, seq) VALUES (?, ?)');
  const remove = db.prepare<[number, number]>('DELETE FROM order_verdicts WHERE verdict = ? AND seq = ?');
  const add: KeptVerdicts['add'] = (seq, verdicts) => {
    for (const verdict of verdicts) insert.run(verdictNumber(verdict), seq);
  };
  return {
    add,
    set: (seq, verdicts) => {
      for (const verdict of VERDICTS) remove.run(verdictNumber(verdict), seq);
      add(seq, verdicts);
    },
  };
}
