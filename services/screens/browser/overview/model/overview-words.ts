import { durationWords, latenessWords, stageWords } from '../../shared/model/words';
import type { Alarm, AlarmKind, Wait } from './need';

/** What the overview says, in plain words. */

const ALARM_WORDS: Readonly<Record<AlarmKind, string>> = {
  very_late: 'Very late',
  needs_action: 'Needs action',
  canceled: 'Canceled, not acknowledged',
  coming_back: 'Coming back',
  driver_here: 'Driver here',
};

export const alarmWords = ({ kind, orders }: Alarm): string =>
  orders === null ? ALARM_WORDS[kind] : `${ALARM_WORDS[kind]}: ${String(orders)}`;

/** @returns what waits longest: `Longest wait: 12 min, Ready, very late`. */
export function waitWords({ stage, lasts, lateness }: Wait): string {
  const late = latenessWords(lateness);
  return `Longest wait: ${durationWords(lasts)}, ${stageWords(stage)}${late === '' ? '' : ` (${late.toLowerCase()})`}`;
}
