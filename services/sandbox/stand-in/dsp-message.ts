import type { z } from 'zod';
import { isJsonObject } from '../../../schemas/json/json-object';
import { DSP_MESSAGES, type DspMessageKind, dspMessageKind, WireId } from '../../../schemas/wire/stream-dsp';
import { pointerOf } from '../../../schemas/json/json-pointer';
import type { BrokenRule } from './order-rules';

/** Deepest nesting of a message: choices of choices of a dish need less. */
const MAX_DEPTH = 64;

/** What a delivery service said. */
export type DspMessage = {
  readonly [Kind in DspMessageKind]: { readonly kind: Kind; readonly body: z.infer<(typeof DSP_MESSAGES)[Kind]> };
}[DspMessageKind];

export type ReadMessage =
  | { readonly kind: 'understood'; readonly message: DspMessage }
  | { readonly kind: 'refused'; readonly refusals: readonly BrokenRule[] };

const refused = (pointer: string, detail: string): ReadMessage => ({
  kind: 'refused',
  refusals: [{ rule: 'structure', pointer, detail }],
});

/**
 * Returns whether a value is nested deeper than `most`, without recursion, which what is nested deeply enough would
 * break.
 */
function isDeeperThan(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= most; depth++) {
    level = level.flatMap((one): unknown[] => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}

/** @returns the JSON that a delivery service posted, or undefined if it is none */
export function parseMessage(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

/** Reads what a delivery service posted. Total: what is wrong is in the result. */
export function parseDspMessage(body: unknown): ReadMessage {
  if (body === undefined) return refused('', 'The body is not JSON in UTF-8.');
  if (!isJsonObject(body)) return refused('', 'Expected an object.');
  if (isDeeperThan(body, MAX_DEPTH)) return refused('', `It is nested deeper than ${String(MAX_DEPTH)} levels.`);
  const kind = dspMessageKind(body);
  if (kind === null) {
    return refused('', 'Expected one of order, status_update and delivery_status, or order_id without these.');
  }
  const parsed = DSP_MESSAGES[kind].safeParse(body);
  if (!parsed.success) {
    const refusals = parsed.error.issues.map(({ path, message }) => ({
      rule: 'structure' as const,
      pointer: pointerOf(path),
      detail: message,
    }));
    return { kind: 'refused', refusals };
  }
  // The schema of this kind has just read it, which the compiler cannot follow through the table.
  return { kind: 'understood', message: { kind, body: parsed.data } as DspMessage };
}

/** What a message is about, as a hop is found by. */
export interface MessageSubject {
  readonly name: DspMessageKind | 'unusable';
  readonly location_id: string | null;
  readonly order_id: string | null;
}

const memberOf = (value: unknown, name: string): unknown => (isJsonObject(value) ? value[name] : undefined);

const idIn = (value: unknown, name: string): string | null => WireId.safeParse(memberOf(value, name)).data ?? null;

/** @returns what a message says that it is about, however wrong the rest of it is, and regardless of its sender */
export function subjectOf(body: unknown): MessageSubject {
  const kind = isJsonObject(body) ? dspMessageKind(body) : null;
  if (kind === null) return { name: 'unusable', location_id: null, order_id: null };
  const order_id = kind === 'new-order' ? idIn(memberOf(body, 'order'), 'id') : idIn(body, 'order_id');
  return { name: kind, location_id: idIn(body, 'location_id'), order_id: kind === 'store-status' ? null : order_id };
}
