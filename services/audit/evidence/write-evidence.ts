import type { OrderKey } from '../../../schemas/order-key';
import { orderStream } from '../../../schemas/order-events';
import type { RecordedEvent } from '../../event-store/event-store';
import { readIfThere } from '../../event-store/reads';
import type { ExportSource } from '../export/select-events';
import { writeWholeFile } from '../../files/whole-file';
import { evidenceCode } from './evidence-code';
import { makeBundle } from './make-bundle';

/** Writes the evidence about an order to a file, which is there only once it is whole. @returns how many events. */
export async function writeEvidence(options: {
  readonly store: ExportSource;
  readonly key: OrderKey;
  readonly secrets: readonly string[];
  readonly checkpoints: readonly unknown[];
  readonly version: string;
  readonly exportedAt: string;
  readonly out: string;
}): Promise<number> {
  const { store, out, ...rest } = options;
  const events: RecordedEvent[] = [];
  for await (const event of readIfThere(store, orderStream(options.key))) events.push(event);
  const [first, ...others] = events;
  if (first === undefined) throw new Error('Nothing was ever reported about this order.');
  writeWholeFile(out, makeBundle({ ...rest, code: evidenceCode(), events: [first, ...others] }));
  return events.length;
}
