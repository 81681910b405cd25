import { withoutContactInReading, withoutContactInStored } from '../../access/withhold';
import type { OrderEvidence } from './read-order';
import { mapped, type Steps } from './steps';

/**
 * @returns the same without phones and passcodes, and without what they could be found from. What was read of it stays as it
 *   was read from the whole: drivers may differ in nothing but their phones.
 */
export function* withoutContacts({ rows, ...others }: OrderEvidence): Steps<OrderEvidence> {
  const shown = yield* mapped(rows, ({ event, reading }) => ({
    event: withoutContactInStored(event),
    reading: withoutContactInReading(reading),
  }));
  return { rows: shown, ...others };
}
