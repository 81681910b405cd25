import { hash } from 'node:crypto';
import { z } from 'zod';
import { stringifyJson } from '../../../schemas/json/exact-json';
import type { LocationId, OrderId } from '../../../schemas/wire/handle-order';
import type { JsonValue, Payload, RecordedEvent } from '../../event-store/event-store';

/**
 * The lines of exports and of the evidence in a bundle: JSON objects, each of which ends with `line_hash`, the SHA-256
 * of the line hash before it and of the line up to there. So each line stands for all before it, and the first line
 * that does not hold is where something was changed, removed, inserted or reordered.
 */

export const EXPORT_FORMAT = 'ticket-rail-export/1';
export const EVIDENCE_FORMAT = 'ticket-rail-evidence/1';

/** What an export is about. */
export interface Scope {
  readonly location_id: LocationId | null;
  readonly order_id: OrderId | null;
  /** `orders`: only order events; `all`: quarantine and whatever else the log holds as well. */
  readonly streams: 'orders' | 'all';
}

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const PositionText = z.string().regex(/^\d{1,20}$/);
/** Most characters of what a manifest says of the software and of the time: many times what it takes. */
const MAX_SAID = 200;
const Said = z.string().max(MAX_SAID);
/** As zones are named. Which there are differs between versions of Node.js, so a true manifest may name an unknown one. */
const ZoneName = z.string().regex(/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/);

export const Manifest = z.object({
  kind: z.literal('manifest'),
  format: z.enum([EXPORT_FORMAT, EVIDENCE_FORMAT]),
  scope: z.object({
    location_id: z.string().brand<'LocationId'>().nullable(),
    order_id: z.string().brand<'OrderId'>().nullable(),
    streams: z.enum(['orders', 'all']),
  }),
  from: z.string().nullable(),
  to: z.string().nullable(),
  positions: z.object({ first: PositionText, last: PositionText }).nullable(),
  events: z.int().nonnegative(),
  streams: z.int().nonnegative(),
  /** Of the bytes of all lines before the manifest, with their line feeds. */
  sha256: Sha256,
  withheld: z.boolean(),
  software: z.object({
    name: z.literal('ticket-rail'),
    version: Said,
    /** Only of a bundle: identifies the code that made its page. */
    code: Said.optional(),
  }),
  /** Only of a bundle: what the service was set to call the location, which nothing proves; null for nothing. */
  location_name: Said.nullable().optional(),
  /** Only of a bundle: by whose clocks its page shows times, beside UTC. */
  time_zone: ZoneName.optional(),
  exported_at: Said,
  /** Only of a bundle: of all bytes of the file around the evidence. */
  report_sha256: Sha256.optional(),
});
export type Manifest = Readonly<z.infer<typeof Manifest>>;

/** Bytes have no JSON: they stand in base64 under a name of their own. */
function payloadMembers(name: 'data' | 'metadata', payload: Payload | undefined): Record<string, JsonValue> {
  if (payload === undefined) return {};
  return payload instanceof Uint8Array
    ? { [`${name}_base64`]: Buffer.from(payload).toString('base64') }
    : { [name]: payload };
}

/** @returns the members of an event's line, in their order. */
export const eventMembers = (event: RecordedEvent): Readonly<Record<string, JsonValue>> => ({
  kind: 'event',
  stream: event.stream,
  revision: event.revision,
  position: event.position,
  id: event.id,
  type: event.type,
  created: event.created.toISOString(),
  ...payloadMembers('data', event.data),
  ...payloadMembers('metadata', event.metadata),
});

const TAIL_START = ',"line_hash":"';
/** Characters of `,"line_hash":"<64 hex digits>"}`. */
export const TAIL_LENGTH = TAIL_START.length + 66;
const TAIL = /^,"line_hash":"([0-9a-f]{64})"\}$/;

/** @returns the line hash of what a line says before it, after a line with the given hash. */
export const lineHash = (before: string, body: string | Uint8Array): string =>
  typeof body === 'string'
    ? hash('sha256', before + body, 'hex')
    : hash('sha256', Buffer.concat([Buffer.from(before, 'latin1'), body]), 'hex');

/** Writes lines, each tied to the one before it. */
export class LineWriter {
  #last = '';

  /**
   * @param embedded the line is to stand in HTML: no `<` is in it
   * @returns the line with its line feed
   */
  write(members: Readonly<Record<string, unknown>>, embedded = false): string {
    const text = stringifyJson(members).slice(0, -1);
    const body = embedded ? text.replaceAll('<', '\\u003c') : text;
    this.#last = lineHash(this.#last, body);
    return `${body}${TAIL_START}${this.#last}"}\n`;
  }
}

/** @returns what ties a line to those before it, taken apart; null if it does not end as our lines do. */
export function splitLine(line: Buffer): { readonly body: Buffer; readonly hash: string } | null {
  const at = line.length - TAIL_LENGTH;
  const found = at > 0 ? TAIL.exec(line.toString('latin1', at)) : null;
  return found === null ? null : { body: line.subarray(0, at), hash: found[1] ?? '' };
}
