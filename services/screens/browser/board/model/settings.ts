import { isJsonObject, type JsonObject } from '../../../../../schemas/json/json-object';
import { recordOf } from '../../../../../schemas/records';
import { OLD_ORDER_MS } from '../../../../../schemas/api/screen-limits';
import {
  DEFAULT_THRESHOLDS,
  MOST_MINUTES,
  OPEN_STAGES,
  type OpenStage,
  type Threshold,
  type Thresholds,
} from '../../../../../schemas/files/thresholds';
import { nameToSet } from '../../reports/model/receipts';
import { type HourCycle, hourCycleOf } from '../../shared/model/words';
import { CALLS, type CallKind } from './calls';

/** What can be set on a screen; it keeps it over a reload. */
export interface Settings {
  /** When an order is late; null: as its location has it. */
  readonly ownThresholds: Thresholds | null;
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
  ownThresholds: null,
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

const usableNumber = (value: unknown, most: number, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 && value <= most ? value : otherwise;

const membersOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

function parseThreshold(value: unknown, otherwise: Threshold): Threshold {
  const { late, veryLate } = membersOf(value);
  const first = usableNumber(late, MOST_MINUTES, otherwise.late);
  return { late: first, veryLate: Math.max(first, usableNumber(veryLate, MOST_MINUTES, otherwise.veryLate)) };
}

/** @returns null for what is no thresholds; in them, what cannot be used is as by default. */
function parseThresholds(value: unknown): Thresholds | null {
  if (!isJsonObject(value)) return null;
  return recordOf(OPEN_STAGES, (stage) => parseThreshold(value[stage], DEFAULT_THRESHOLDS[stage]));
}

export const areSameThresholds = (one: Thresholds, other: Thresholds): boolean =>
  OPEN_STAGES.every((stage) => one[stage].late === other[stage].late && one[stage].veryLate === other[stage].veryLate);

/**
 * Reads what earlier versions kept, each time that anything was set: thresholds that are those by default were hardly ever
 * set by anybody.
 */
function parseEarlier(value: unknown): Thresholds | null {
  const read = parseThresholds(value);
  return read === null || areSameThresholds(read, DEFAULT_THRESHOLDS) ? null : read;
}

/** Makes settings of anything: what cannot be used is as by default. */
export function toSettings(value: unknown): Settings {
  const {
    ownThresholds,
    sound,
    volume,
    sounds,
    opensCard,
    keys,
    oldAfterHours,
    textSize,
    hourCycle,
    hidden,
    screenName,
  } = membersOf(value);
  const { thresholds: earlier } = membersOf(value);
  const heard = membersOf(sounds);
  const left: readonly unknown[] = Array.isArray(hidden) ? hidden : [];
  return {
    ownThresholds: ownThresholds === undefined ? parseEarlier(earlier) : parseThresholds(ownThresholds),
    sound: sound !== false,
    volume: Math.max(VOLUME.least, usableNumber(volume, VOLUME.most, DEFAULT_SETTINGS.volume)),
    sounds: soundsOf((kind) => heard[kind] !== false),
    opensCard: opensCard !== false,
    keys: keys !== false,
    oldAfterHours: usableNumber(oldAfterHours, MOST_HOURS, DEFAULT_SETTINGS.oldAfterHours),
    textSize: TEXT_SIZES.find((size) => size === textSize) ?? DEFAULT_SETTINGS.textSize,
    hourCycle: hourCycleOf(hourCycle),
    hidden: HIDEABLE_STAGES.filter((stage) => left.includes(stage)),
    screenName: typeof screenName === 'string' ? nameToSet(screenName) : '',
  };
}

/** Reads what {@link JSON.stringify} wrote of settings. */
export function parseSettings(text: string | null): Settings {
  try {
    return toSettings(JSON.parse(text ?? 'null'));
  } catch {
    return DEFAULT_SETTINGS;
  }
}
