import { isJsonObject, type JsonObject } from '../../../../../schemas/json-object';
import { recordOf } from '../../../../../schemas/records';
import { OLD_ORDER_MS } from '../../../../../schemas/screen-limits';
import {
  DEFAULT_THRESHOLDS,
  MOST_MINUTES,
  OPEN_STAGES,
  type OpenStage,
  type Threshold,
  type Thresholds,
} from '../../../../../schemas/thresholds';
import { nameToSet } from '../../reports/model/receipts';
import { type HourCycle, hourCycleOf } from '../../shared/model/words';
import { CALLS, type CallKind } from './calls';

/** What can be set on a screen; it keeps it over a reload. */
export interface Settings {
  readonly thresholds: Thresholds;
  readonly sound: boolean;
  /** How loud it is, in percent of the loudest. */
  readonly volume: number;
  /** What sounds, while sound is on. */
  readonly sounds: Readonly<Record<CallKind, boolean>>;
  /** The handoff card opens by itself when a driver arrives. */
  readonly opensCard: boolean;
  /** Digits and arrows act on tiles. */
  readonly keys: boolean;
  /** Hours without news after which an open order is folded away as old. */
  readonly oldAfterHours: number;
  /** Factor on the size of everything. */
  readonly textSize: number;
  readonly hourCycle: HourCycle;
  /** Stages that this screen leaves out. */
  readonly hidden: readonly OpenStage[];
  /** By which who runs the service knows this screen; empty: by a code of the browser. */
  readonly screenName: string;
}

/** Stages that a screen may leave out: in the others somebody waits, or something has gone wrong. */
export const HIDEABLE_STAGES = ['ready', 'preparing', 'on_the_way'] as const satisfies readonly OpenStage[];

/** Factors on the size of everything that may be chosen. */
export const TEXT_SIZES = [0.85, 1, 1.15, 1.3, 1.5] as const;

/** Percent of the loudest that may be chosen: below, nobody would know that sound is on. */
export const VOLUME = { least: 10, most: 100, step: 10 } as const;

const soundsOf = (isOn: (kind: CallKind) => boolean): Settings['sounds'] => recordOf(CALLS, isOn);

export const DEFAULT_SETTINGS: Settings = {
  thresholds: DEFAULT_THRESHOLDS,
  sound: true,
  volume: 50,
  sounds: soundsOf(() => true),
  opensCard: true,
  keys: true,
  oldAfterHours: OLD_ORDER_MS / 3_600_000,
  textSize: 1,
  hourCycle: 'local',
  hidden: [],
  screenName: '',
};

/** Most hours that an order may be without news before it is folded away: a week. */
export const MOST_HOURS = 168;

export const isStageShown = ({ hidden }: Settings, stage: OpenStage): boolean => !hidden.includes(stage);

const within = (value: unknown, most: number, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 && value <= most ? value : otherwise;

const membersOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

function readThreshold(value: unknown, otherwise: Threshold): Threshold {
  const { late, veryLate } = membersOf(value);
  const first = within(late, MOST_MINUTES, otherwise.late);
  return { late: first, veryLate: Math.max(first, within(veryLate, MOST_MINUTES, otherwise.veryLate)) };
}

/**
 * Makes settings of anything: what cannot be used is as by default.
 * @param place when an order is late where this screen does not say otherwise
 */
export function toSettings(value: unknown, place: Thresholds): Settings {
  const { thresholds, sound, volume, sounds, opensCard, keys, oldAfterHours, textSize, hourCycle, hidden, screenName } =
    membersOf(value);
  const given = membersOf(thresholds);
  const heard = membersOf(sounds);
  const left: readonly unknown[] = Array.isArray(hidden) ? hidden : [];
  return {
    thresholds: recordOf(OPEN_STAGES, (stage) => readThreshold(given[stage], place[stage])),
    sound: sound !== false,
    volume: Math.max(VOLUME.least, within(volume, VOLUME.most, DEFAULT_SETTINGS.volume)),
    sounds: soundsOf((kind) => heard[kind] !== false),
    opensCard: opensCard !== false,
    keys: keys !== false,
    oldAfterHours: within(oldAfterHours, MOST_HOURS, DEFAULT_SETTINGS.oldAfterHours),
    textSize: TEXT_SIZES.find((size) => size === textSize) ?? DEFAULT_SETTINGS.textSize,
    hourCycle: hourCycleOf(hourCycle),
    hidden: HIDEABLE_STAGES.filter((stage) => left.includes(stage)),
    screenName: typeof screenName === 'string' ? nameToSet(screenName) : '',
  };
}

/** Settings as a screen keeps them: what it does not say of when an order is late, its place does. */
export type KeptSettings = Omit<Settings, 'thresholds'> & { readonly thresholds: Partial<Thresholds> };

/** @param place when an order is late where this screen does not say otherwise */
export function toKeep(settings: Settings, place: Thresholds): KeptSettings {
  const { thresholds } = settings;
  const own = OPEN_STAGES.filter((stage) => {
    const [{ late, veryLate }, there] = [thresholds[stage], place[stage]];
    return late !== there.late || veryLate !== there.veryLate;
  });
  return { ...settings, thresholds: recordOf(own, (stage) => thresholds[stage]) };
}

/** @returns what {@link JSON.stringify} wrote of what a screen keeps; null: nothing of use */
export function readKept(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
