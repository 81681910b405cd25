import {
  DEFAULT_THRESHOLDS,
  MOST_MINUTES,
  OPEN_STAGES,
  type Threshold,
  type Thresholds,
} from '../../shared/model/lateness';

/** What can be set on a screen; it keeps it over a reload. */
export interface Settings {
  readonly thresholds: Thresholds;
  readonly sound: boolean;
  /** The handoff card opens by itself when a driver arrives. */
  readonly opensCard: boolean;
  /** Hours without news after which an open order is folded away as old. */
  readonly oldAfterHours: number;
}

export const DEFAULT_SETTINGS: Settings = {
  thresholds: DEFAULT_THRESHOLDS,
  sound: true,
  opensCard: true,
  oldAfterHours: 12,
};

/** Most hours that an order may be without news before it is folded away: a week. */
export const MOST_HOURS = 168;

const within = (value: unknown, most: number, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 && value <= most ? value : otherwise;

function readThreshold(value: unknown, otherwise: Threshold): Threshold {
  const { late, veryLate } = (value ?? {}) as { late?: unknown; veryLate?: unknown };
  const first = within(late, MOST_MINUTES, otherwise.late);
  return { late: first, veryLate: Math.max(first, within(veryLate, MOST_MINUTES, otherwise.veryLate)) };
}

/** Makes settings of anything: what cannot be used is as by default. */
export function toSettings(value: unknown): Settings {
  const { thresholds, sound, opensCard, oldAfterHours } = (value ?? {}) as Record<string, unknown>;
  const given = (thresholds ?? {}) as Record<string, unknown>;
  return {
    thresholds: Object.fromEntries(
      OPEN_STAGES.map((stage) => [stage, readThreshold(given[stage], DEFAULT_THRESHOLDS[stage])]),
    ) as unknown as Thresholds,
    sound: sound !== false,
    opensCard: opensCard !== false,
    oldAfterHours: within(oldAfterHours, MOST_HOURS, DEFAULT_SETTINGS.oldAfterHours),
  };
}

/** Reads what {@link JSON.stringify} wrote of settings. */
export function readSettings(text: string | null): Settings {
  try {
    return toSettings(JSON.parse(text ?? 'null'));
  } catch {
    return DEFAULT_SETTINGS;
  }
}
