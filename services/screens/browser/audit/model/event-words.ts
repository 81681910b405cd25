import { stringifyJson } from '../../../../../schemas/json/exact-json';
import { keysOf } from '../../../../../schemas/records';
import { VERDICT_WORDS, type VerdictWords } from '../../../../../schemas/words/verdict-words';
import { COMPARED } from '../../../../../schemas/events/rail-actions';
import { listWords } from '../../operators/model/say';
import { spanBetween } from '../../operators/model/span-words';
import { attentionWords, driverWords, stageWords, statusWords } from '../../shared/model/words';
import { type AuditorsId, say, sayKnown } from './say';

/** What a timeline says of events, in plain words. */

/** In the order in which the rules are tried. */
export const VERDICT_ORDER = keysOf(VERDICT_WORDS);

export const verdictWords = (verdict: string): VerdictWords => ({
  words: sayKnown('verdict.', verdict) ?? say('unknown', { word: verdict }),
  rule: sayKnown('rule.', verdict) ?? say('rule.not_known'),
});

export const stageRule = (stage: string): string => sayKnown('stage_rule.', stage) ?? say('stage_rule.not_known');

/** Messages without places. */
type FieldId = Extract<AuditorsId, `field.${string}`> & Exclude<AuditorsId, 'field.value'>;

const FIELD_WORDS: ReadonlyMap<string, FieldId> = new Map([
  ['/status', 'field.status'],
  ['/delivery_status', 'field.delivery_status'],
  ['/stage', 'field.stage'],
  ['/attention', 'field.attention'],
  ['/driver_details', 'field.driver_details'],
  ['/driver_details/phone', 'field.phone'],
  ['/driver_details/vehicle_info', 'field.vehicle'],
  ['/driver_details/source', 'field.source'],
  ['/driver_details/name', 'field.driver'],
  ['/driver_details/phone/number', 'field.phone'],
  ['/driver_details/phone/code', 'field.phone_code'],
  ['/driver_details/picture_url', 'field.photo'],
  ['/driver_details/vehicle_info/make', 'field.make'],
  ['/driver_details/vehicle_info/model', 'field.model'],
  ['/driver_details/vehicle_info/color', 'field.color'],
  ['/driver_details/vehicle_info/license_plate', 'field.plate'],
  ['/driver_details/vehicle_info/is_autonomous', 'field.robot'],
  ['/driver_details/handoff_instructions', 'field.instructions'],
  ['/driver_details/passcode', 'field.passcode'],
  ['/handed_over/by', 'field.handed_over_by'],
  ['/handed_over/at', 'field.handed_over_at'],
  ['/handed_over/received_at', 'field.handed_over_received'],
  ['/handed_over/compared', 'field.handed_over_compared'],
  ['/handed_over/driver_revision', 'field.handed_over_driver'],
  ['/handed_over/revision', 'field.handed_over_revision'],
  ['/acknowledged/cancel/by', 'field.cancel_seen_by'],
  ['/acknowledged/cancel/at', 'field.cancel_seen_at'],
  ['/acknowledged/cancel/received_at', 'field.cancel_seen_received'],
  ['/acknowledged/cancel/driver_revision', 'field.cancel_seen_driver'],
  ['/acknowledged/cancel/revision', 'field.cancel_seen_revision'],
  ['/acknowledged/driver_change/by', 'field.driver_change_seen_by'],
  ['/acknowledged/driver_change/at', 'field.driver_change_seen_at'],
  ['/acknowledged/driver_change/received_at', 'field.driver_change_seen_received'],
  ['/acknowledged/driver_change/driver_revision', 'field.driver_change_seen_driver'],
  ['/acknowledged/driver_change/revision', 'field.driver_change_seen_revision'],
]);

/** @returns a field's name, or its pointer if it is not documented. */
export function fieldWords(pointer: string): string {
  const id = FIELD_WORDS.get(pointer);
  return id === undefined ? pointer : say(id);
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** @returns a value of a field as it came; null where there is nothing. */
export function valueText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (isTexts(value)) return value.length === 0 ? null : value.join(', ');
  return stringifyJson(value);
}

function comparedWords(compared: string): string {
  const known = COMPARED.find((one) => one === compared);
  return known === undefined ? compared : say(`handover.${known}`);
}

/** Fields whose values are words of Stream or of ours. */
const VALUE_WORDS: ReadonlyMap<string, (value: string) => string> = new Map([
  ['/status', statusWords],
  ['/delivery_status', driverWords],
  ['/stage', stageWords],
  ['/attention', (code: string) => attentionWords(code).words],
  ['/handed_over/compared', comparedWords],
]);

/** @returns what a value of a field means; null for values that mean nothing else than what they are */
export function valueWords(pointer: string, value: unknown): string | null {
  const words = VALUE_WORDS.get(pointer);
  if (words === undefined) return null;
  if (typeof value === 'string') return words(value);
  return isTexts(value) ? listWords(value.map(words)) : null;
}

/** @returns what lies between two events that came at these moments; where the clock went back, that it did */
export function gapWords(from: number, to: number): string {
  if (from === to) return say('event.at_once');
  return to < from
    ? say('event.went_back', { time: spanBetween(to, from) })
    : say('event.later', { time: spanBetween(from, to) });
}
