import { withoutContactInReading, withoutContactInStored } from '../../access/withhold';
import type { OrderEvidence } from './read-order';

/**
 * @returns the same without phones and passcodes, and without what they could be found from. What was read of it stays as it
 *   was read from the whole: drivers may differ in nothing but their phones.
 */
export const withoutContacts = ({ rows, orders, faults }: OrderEvidence): OrderEvidence => ({
  rows: rows.map(({ event, reading }) => ({
    event: withoutContactInStored(event),
    reading: withoutContactInReading(reading),
  })),
  orders,
  faults,
});
