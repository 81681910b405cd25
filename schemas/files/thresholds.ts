/** From how many minutes in a stage on an order is late, for the screens. */

/** Stages in which time runs; the others are over. Also the columns of the board, from left to right. */
export const OPEN_STAGES = ['preparing', 'ready', 'driver_here', 'on_the_way', 'needs_action', 'coming_back'] as const;
export type OpenStage = (typeof OPEN_STAGES)[number];

/** Minutes in a stage from which an order is late, and very late. */
export interface Threshold {
  readonly late: number;
  readonly veryLate: number;
}
export type Thresholds = Readonly<Record<OpenStage, Threshold>>;

/** What holds where neither the screen nor LOCATIONS_FILE says otherwise. */
export const DEFAULT_THRESHOLDS: Thresholds = {
  preparing: { late: 10, veryLate: 20 },
  ready: { late: 5, veryLate: 10 },
  driver_here: { late: 3, veryLate: 5 },
  on_the_way: { late: 45, veryLate: 60 },
  needs_action: { late: 2, veryLate: 5 },
  coming_back: { late: 15, veryLate: 30 },
};

/** Most minutes that a threshold may be set to: a day. */
export const MOST_MINUTES = 1_440;
