import { z } from 'zod';
import { OrderSummary } from '../../../../schemas/api/order-summary';
import { Change, EarlierReport } from '../../../../schemas/api/order-view';
import { OrderReceipts } from '../../../../schemas/api/screen-reports';
import { STAGES, VERDICTS } from '../../../../schemas/vocabulary';
import type { EventProof } from '../../evidence/bundle-options';
import { makeBundle } from '../../evidence/make-bundle';
import {
  type ChainFault,
  type EvidenceRow,
  type OrderEvidence,
  OrderReader,
  type ReadOrder,
} from '../../evidence/read-order';
import type { EvidenceReading } from '../../evidence/reading';
import type { Manifest } from '../../export/ndjson';
import { eventOf, type Members } from '../line-members';

/** Makes a bundle again from the evidence in it. */

export type Remade =
  /** The bundle as it has to be, if its events say what was recorded. */
  | { readonly kind: 'made'; readonly bytes: Buffer }
  /** Something is not there that a bundle is made from, or is of another form. */
  | { readonly kind: 'incomplete' }
  /** Something in it is of a form of which nothing can be made. */
  | { readonly kind: 'impossible'; readonly reason: string };

/** What stands in a bundle, as far as it can be read: its lines in their order, and its manifest. */
export interface BundleContent {
  readonly lines: readonly Members[];
  readonly manifest: Manifest;
  /**
   * What follows from the events of the order, and what screens claim; with contacts withheld, what its lines say. Null if
   * nothing does.
   */
  readonly order: OrderEvidence | null;
  /** Why nothing can be made of the events; null if something can, or if they are not there. */
  readonly impossible: string | null;
}

/** @returns what stands in the evidence of a bundle. @param members what each line says; null for those that cannot be read */
export function contentOf(members: readonly (Members | null)[], manifest: Manifest): BundleContent {
  const lines = members.filter((line) => line !== null);
  try {
    return { lines, manifest, order: orderIn(lines, manifest), impossible: null };
  } catch (error) {
    // Others may have written it: that nothing can be made of it is found by what is thrown in making it.
    return { lines, manifest, order: null, impossible: reasonOf(error) };
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const ofKind = (lines: readonly Members[], kind: string): readonly Members[] =>
  lines.filter((line) => line['kind'] === kind);

function orderIn(lines: readonly Members[], { scope, withheld }: Manifest): OrderEvidence | null {
  const { location_id, order_id } = scope;
  if (location_id === null || order_id === null) return null;
  const of = (kind: string): readonly Members[] => ofKind(lines, kind);
  const order = withheld
    ? asWritten(of('event'), of('reading'), of('summary'))
    : asRead({ location_id, order_id }, of('event'));
  if (order === null || order.rows.length === 0) return null;
  const shown = claimsIn(of('claims'), order);
  return shown === undefined ? null : { ...order, shown };
}

/** @returns the bundle that follows from its events; with contacts withheld, the one that shows what its lines say. */
export function remade(content: BundleContent): Remade {
  if (content.impossible !== null) return { kind: 'impossible', reason: content.impossible };
  try {
    const bytes = made(content);
    return bytes === null ? { kind: 'incomplete' } : { kind: 'made', bytes };
  } catch (error) {
    // Likewise.
    return { kind: 'impossible', reason: reasonOf(error) };
  }
}

function made({ lines, manifest, order }: BundleContent): Buffer | null {
  const { scope, software, withheld, location_name, time_zone, exported_at } = manifest;
  const { location_id, order_id } = scope;
  const secrets = ofKind(lines, 'secrets').at(0)?.['configured'];
  const proof = proofIn(ofKind(lines, 'proof'));
  if (location_id === null || order_id === null || !isTexts(secrets) || proof === undefined) return null;
  if (order === null) return null;
  const text = makeBundle({
    key: { location_id, order_id },
    evidence: order,
    secrets,
    checkpoints: ofKind(lines, 'checkpoint').map((line) => line['checkpoint']),
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

/**
 * @returns what screens claim, or null if nothing says so; undefined if it is of another form or of events that are not
 *   here, or does not stand there once
 */
function claimsIn([line, ...others]: readonly Members[], { rows }: ReadOrder): OrderReceipts | null | undefined {
  if (line === undefined) return null;
  if (others.length > 0 || !OrderReceipts.safeParse(line).success) return undefined;
  const { receipts, truncated } = line as unknown as OrderReceipts; // of the form that was just checked
  const revisions = new Set(rows.map(({ event }) => event.revision));
  return receipts.every(({ revision }) => revisions.has(revision)) ? { receipts, truncated } : undefined;
}

/** What follows from the events. */
function asRead(key: ConstructorParameters<typeof OrderReader>[0], events: readonly Members[]): ReadOrder {
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
): ReadOrder | null {
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
