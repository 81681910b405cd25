import type { Lateness } from '../../shared/model/lateness';
import { durationWords, latenessWords, stageWords } from '../../shared/model/words';
import { say } from '../../operators/model/say';
import type { LocationAlarm, AlarmKind, Wait } from './need';

/** What the overview says, in plain words. */

const kindWords = (kind: AlarmKind): string => {
  switch (kind) {
    case 'very_late':
      return latenessWords(kind);
    case 'canceled':
      return say('overview.canceled');
    case 'needs_action':
    case 'coming_back':
    case 'driver_here':
      return stageWords(kind);
  }
};

export const alarmWords = ({ kind, orders }: LocationAlarm): string =>
  orders === null ? kindWords(kind) : say('overview.alarm_of', { alarm: kindWords(kind), orders });

const WAITS = {
  on_time: 'overview.wait',
  late: 'overview.wait_late',
  very_late: 'overview.wait_very_late',
} as const satisfies Readonly<Record<Lateness, string>>;

/** @returns what waits longest: `Longest wait: 12 min, Ready (very late)`. */
export const waitWords = ({ stage, lasts, lateness }: Wait): string =>
  say(WAITS[lateness], { time: durationWords(lasts), stage: stageWords(stage) });
