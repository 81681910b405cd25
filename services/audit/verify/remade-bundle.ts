import { z } from 'zod';
import { OrderSummary } from '../../../schemas/api/order-summary';
import { Change, EarlierReport } from '../../../schemas/api/order-view';
import { STAGES, VERDICTS } from '../../../schemas/vocabulary';
import type { EventProof } from '../evidence/bundle-options';
import { makeBundle } from '../evidence/make-bundle';
import { type ChainFault, type EvidenceRow, type OrderEvidence, OrderReader } from '../evidence/read-order';
import type { EvidenceReading } from '../evidence/reading';
import type { Manifest } from '../export/ndjson';
import { eventOf, type Members, parseMembers } from './verify-lines';

/** Makes a bundle again from the evidence in it. */

export type Remade =
  /** The bundle as it has to be, if its events say what was recorded. */
  | { readonly kind: 'made'; readonly bytes: Buffer }
  /** Something is not there that a bundle is made from, or is of another form. */
  | { readonly kind: 'incomplete' }
  /** Something in it is of a form of which nothing can be made. */
  | { readonly kind: 'impossible'; readonly reason: string };

/** @returns the bundle that follows from its events; with contacts withheld, the one that shows what its lines say. */
export function remade(evidence: Buffer, manifest: Manifest): Remade {
  try {
    const bytes = made(evidence, manifest);
    return bytes === null ? { kind: 'incomplete' } : { kind: 'made', bytes };
  } catch (error) {
    // Others may have written it: that nothing can be made of it is found by what is thrown in making it.
    return { kind: 'impossible', reason: error instanceof Error ? error.message : String(error) };
  }
}

function made(evidence: Buffer, manifest: Manifest): Buffer | null {
  const { scope, software, withheld, location_name, time_zone, exported_at } = manifest;
  const { location_id, order_id } = scope;
  const lines = evidence.toString('utf8').trimEnd().split('\n').map(parseMembers);
  const of = (kind: string): Members[] => lines.filter((line) => line !== null).filter((line) => line['kind'] === kind);
  const secrets = of('secrets').at(0)?.['configured'];
  const proof = proofIn(of('proof'));
  if (location_id === null || order_id === null || !isTexts(secrets) || proof === undefined) return null;
  const key = { location_id, order_id };
  const order = withheld ? asWritten(of('event'), of('reading'), of('summary')) : asRead(key, of('event'));
  if (order === null || order.rows.length === 0) return null;
  const text = makeBundle({
    key,
    evidence: order,
    secrets,
    checkpoints: of('checkpoint').map((line) => line['checkpoint']),
    proof,
    withheld,
    locationName: location_name,
    timeZone: time_zone,
    version: software.version,
    code: software.code,
    exportedAt: exported_at,
  });
  return Buffer.from(text);
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

/** @returns the proof in evidence, or that there is none; undefined if it is no proof, or not the only one. */
function proofIn([line, ...others]: readonly Members[]): EventProof | null | undefined {
  if (line === undefined) return null;
  const { position, proof } = line;
  return typeof position === 'string' && typeof proof === 'string' && others.length === 0
    ? { position, proof }
    : undefined;
}

/** What follows from the events. */
function asRead(key: ConstructorParameters<typeof OrderReader>[0], events: readonly Members[]): OrderEvidence {
  const reader = new OrderReader(key);
  for (const line of events) {
    const event = eventOf(line);
    if (event !== null) reader.add(event);
  }
  return reader.read;
}

const text = z.string().nullable();
/** What a page shows of a reading. */
const WrittenReading = z.looseObject({
  verdict: z.enum(VERDICTS).nullable(),
  rule: z.string(),
  stage: z.enum(STAGES).nullable(),
  same_report_as: EarlierReport.nullable(),
  unreadable: z.array(z.string()),
  changes: z.array(Change),
  order: z
    .looseObject({
      status: text,
      delivery_status: text,
      driver_details: z.looseObject({ name: text.optional() }).nullable(),
    })
    .nullable(),
});
const WrittenSummary = z.object({
  orders: z.array(OrderSummary),
  faults: z.array(z.object({ revision: z.int().nullable(), detail: z.string() })),
});

/**
 * @returns whether a value is of a form; where that has times, any text will do: what an event says of when it was received
 *   stands in the file as it came.
 */
function isOf(form: z.ZodType, value: unknown): boolean {
  const { error } = form.safeParse(value);
  return error?.issues.every((issue) => issue.code === 'invalid_format' && issue.format === 'datetime') ?? true;
}

/** What the lines say, where it cannot be read again. */
function asWritten(
  events: readonly Members[],
  readings: readonly Members[],
  summaries: readonly Members[],
): OrderEvidence | null {
  const [summary, ...others] = summaries;
  if (summary === undefined || others.length > 0 || !isOf(WrittenSummary, summary)) return null;
  const rows = events.map((line, index): EvidenceRow | null => {
    const event = eventOf(line);
    const { kind: _kind, stream: _stream, revision, line_hash: _hash, ...reading } = readings[index] ?? {};
    if (event === null || event.revision !== revision || !isOf(WrittenReading, reading)) return null;
    return { event, reading: reading as unknown as EvidenceReading }; // of the form that was just checked
  });
  if (rows.some((row) => row === null)) return null;
  return {
    rows: rows.filter((row) => row !== null),
    orders: summary['orders'] as OrderSummary[], // likewise
    faults: summary['faults'] as ChainFault[], // likewise
  };
}
