import { OPEN_STAGES, type OpenStage, type Thresholds } from '../../../../../schemas/files/thresholds';

export type Lateness = 'on_time' | 'late' | 'very_late';

export const isOpenStage = (stage: string): stage is OpenStage => (OPEN_STAGES as readonly string[]).includes(stage);

/** @param inStageMs milliseconds that the order has been in its stage */
export function classifyLateness(stage: string, inStageMs: number, thresholds: Thresholds): Lateness {
  if (!isOpenStage(stage)) return 'on_time';
  const { late, veryLate } = thresholds[stage];
  const minutes = inStageMs / 60_000;
  if (minutes >= veryLate) return 'very_late';
  return minutes >= late ? 'late' : 'on_time';
}
