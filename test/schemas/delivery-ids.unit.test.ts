import fc from 'fast-check';
import {
  parseQuarantineId,
  type QuarantineId,
  quarantineId,
  relayId,
  revisionInQuarantine,
} from '../../schemas/events/delivery-ids';
import { redriveStream } from '../../schemas/events/order-events';
import { QuarantinePath } from '../../schemas/api/requests';

const DIGITS = Array.from('0123456789');
const revisions = fc.integer({ min: 0, max: 1e15 - 1 });

it('the id of a delivery in quarantine is read back from a path as it is shown, also with zeros before it', () => {
  fc.assert(
    fc.property(revisions, fc.nat({ max: 3 }), (revision, zeros) => {
      const id = quarantineId(revision);
      expect(revisionInQuarantine(id)).toBe(revision);
      expect(parseQuarantineId(id)).toBe(id);
      expect(QuarantinePath.parse({ quarantine_id: id })).toEqual({ quarantine_id: id });
      const padded = '0'.repeat(zeros) + id;
      expect(parseQuarantineId(padded)).toBe(padded.length > 15 ? null : id);
    }),
  );
});

it('a text is read as the id of a delivery in quarantine exactly if it is up to 15 digits', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...DIGITS), maxLength: 20 }),
    fc.constantFrom('', '-1', '1.0', '1e3', ' 1', '1 ', '0x1', '１', '1\n', '9'.repeat(15), '9'.repeat(16)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const isDigits = text.length >= 1 && text.length <= 15 && Array.from(text).every((one) => DIGITS.includes(one));
      expect(parseQuarantineId(text) !== null).toBe(isDigits);
    }),
  );
});

it('the types refuse the id of a relayed delivery, or any text, in place of that of one in quarantine', () => {
  const id: QuarantineId = quarantineId(7);
  // @ts-expect-error the id of another kind of delivery
  const relayed: QuarantineId = relayId(7);
  // @ts-expect-error this is any text
  const text: QuarantineId = '7';
  expect([relayed, text].map(redriveStream)).toEqual([redriveStream(id), redriveStream(id)]);
});
