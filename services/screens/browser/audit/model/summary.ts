import type { DriverTurn, OrderSummary, StageSpan, Visit } from '../../../../../schemas/order-summary';
import { FINAL_STAGES } from '../../../../../schemas/vocabulary';
import { spanWords } from '../../../../../schemas/span-words';
import { localTimeWords } from '../../shared/model/audit-words';

/** What the head of a timeline shows of what became of an order. */

/** Most stages, and drivers, that are listed: more than nearly all orders have. */
export const MOST_LISTED = 50;

/** Width of the bar of stages, in the units of its drawing. */
export const BAR_WIDTH = 1_000;
/** Least width of a stage in it, so that the shortest is seen too. */
const LEAST_WIDTH = 12;

/** One stage in the bar. */
export interface Segment {
  readonly stage: string;
  readonly x: number;
  readonly width: number;
}

/** @returns the stages to scale, but for those that would be too narrow to see */
export function barOf({ stages, updated_at }: Pick<OrderSummary, 'stages' | 'updated_at'>): readonly Segment[] {
  const spans = stages.slice(0, MOST_LISTED).map(({ stage, from, to }) => {
    return { stage, ms: Math.max(0, Date.parse(to ?? updated_at) - Date.parse(from)) };
  });
  const all = spans.reduce((sum, { ms }) => sum + ms, 0);
  const share = (ms: number): number => (all === 0 ? 1 / spans.length : ms / all);
  const rest = BAR_WIDTH - LEAST_WIDTH * spans.length;
  let x = 0;
  return spans.map(({ stage, ms }) => {
    const segment = { stage, x, width: LEAST_WIDTH + rest * share(ms) };
    x += segment.width;
    return segment;
  });
}

/** A time that has an end or none, in words, with how long it took. */
export interface SpanWords {
  readonly words: string;
  /** Null while it goes on, or where it is not for any time. */
  readonly took: string | null;
}

const took = (from: string, to: string): string => spanWords(Math.max(0, Date.parse(to) - Date.parse(from)));

/** @param since the time whose day is not said again */
export function visitWords({ from, to }: Visit, since: string): SpanWords {
  const begin = localTimeWords(from, since);
  if (to === null) return { words: `since ${begin}`, took: null };
  return { words: `${begin} to ${localTimeWords(to, since)}`, took: took(from, to) };
}

/** The same for a stage: one that ends an order is for no time. */
export const stageSpanWords = (span: StageSpan, since: string): SpanWords =>
  span.to === null && FINAL_STAGES.has(span.stage)
    ? { words: `at ${localTimeWords(span.from, since)}`, took: null }
    : visitWords(span, since);

/** What is said of one driver, beside the name. */
export function turnWords({ from, to, here, without_food_at, left_at }: DriverTurn, since: string): readonly string[] {
  const had = visitWords({ from, to }, since).words;
  const visits = here.slice(0, MOST_LISTED).map((visit) => {
    const { words, took: time } = visitWords(visit, since);
    return time === null ? `Here ${words}` : `Here ${words}, for ${time}`;
  });
  return [
    `The order’s driver ${had}`,
    ...(visits.length === 0 ? ['Not reported here'] : visits),
    ...(without_food_at === null
      ? []
      : [`Did not get the food, as reported at ${localTimeWords(without_food_at, since)}`]),
    left_at === null
      ? 'Not reported to have left with the order'
      : `Left with the order at ${localTimeWords(left_at, since)}`,
  ];
}
