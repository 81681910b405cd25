import type { DriverTurn, OrderSummary, StageSpan, Visit } from '../../../../../schemas/api/order-summary';
import { partsOfPhrase, textOfParts, timeIn } from '../../../../../schemas/language/sentences/phrase';
import { endedPhrase, oldReportsPhrase } from '../../../../../schemas/language/sentences/summary-words';
import { FINAL_STAGES } from '../../../../../schemas/vocabulary';
import type { TimeWords } from '../../../../../schemas/local-time';
import { spanBetween } from '../../operators/model/span-words';
import { speech } from '../../shared/model/say';
import { say } from './say';

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

/** Between the times as they are shown, as in evidence, unless these are the same; null where one of them is no time. */
function took(from: string, to: string): string | null {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  return Number.isNaN(end - begin) ? null : spanBetween(begin, end);
}

/** How times are written, and the time whose day is not said again. */
export interface Written {
  readonly timeWords: TimeWords;
  readonly since: string;
}

const written = (at: string, { timeWords, since }: Written): string => timeIn(speech(), timeWords(at, since));

export function visitWords({ from, to }: Pick<Visit, 'from' | 'to'>, how: Written): SpanWords {
  const begin = written(from, how);
  if (to === null) return { words: say('span.since', { time: begin }), took: null };
  return { words: say('span.from_to', { from: begin, to: written(to, how) }), took: took(from, to) };
}

/** The same for a stage: one that ends an order is for no time. */
export const stageSpanWords = (span: StageSpan, how: Written): SpanWords =>
  span.to === null && FINAL_STAGES.has(span.stage)
    ? { words: say('span.at', { time: written(span.from, how) }), took: null }
    : visitWords(span, how);

/** What is said of one driver, beside the name. */
export function turnWords(turn: DriverTurn, how: Written): readonly string[] {
  const { here, without_food_at, left_at } = turn;
  const old = new Set([turn.may_be_old, ...here.map((visit) => visit.may_be_old)].flat());
  return [
    hadWords(turn, how),
    ...(here.length === 0 ? [say('turn.not_here')] : visitsWords(turn, how)),
    ...(without_food_at === null ? [] : [say('turn.without_food', { time: written(without_food_at, how) })]),
    left_at === null ? say('turn.not_left') : say('turn.left', { time: written(left_at, how) }),
    ...oldWords([...old], how),
  ];
}

function oldWords(times: readonly string[], { timeWords, since }: Written): readonly string[] {
  const reports = oldReportsPhrase(times);
  if (reports === null) return [];
  const words = textOfParts(partsOfPhrase(reports, speech(), (at) => timeWords(at, since)));
  return [say('turn.old', { reports: words })];
}

function hadWords({ from, to, began, reopened }: DriverTurn, how: Written): string {
  if (began === 'after_end') return say('turn.after_end', { time: written(from, how) });
  const span = visitWords({ from, to }, how).words;
  if (reopened === null) return say('turn.driver', { span });
  const ended = textOfParts(partsOfPhrase(endedPhrase(reopened), speech(), String));
  return say('turn.driver_reopened', { span, ended });
}

function visitsWords({ here, visits_left_out }: DriverTurn, how: Written): readonly string[] {
  const visits = here.map((visit) => {
    const { words: span, took: time } = visitWords(visit, how);
    return time === null ? say('turn.here', { span }) : say('turn.here_for', { span, time });
  });
  if (visits_left_out === 0) return visits;
  const half = Math.floor(visits.length / 2);
  return [...visits.slice(0, half), say('turn.more_visits', { count: visits_left_out }), ...visits.slice(half)];
}
