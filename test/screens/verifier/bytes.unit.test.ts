import fc from 'fast-check';
import { isUtf8 as isUtf8InNode } from 'node:buffer';
import { Buffer as Bytes, isUtf8 } from '../../../services/screens/verifier/node/bytes';
import { anyCharacter } from '../../support/any-character';

/** What the verifier has in place of Node's Buffer, beside Node's Buffer. */

const ENCODINGS = ['utf8', 'latin1', 'hex', 'base64'] as const;
const encoding = fc.constantFrom(...ENCODINGS);
/** Bytes that are often nearly well-formed UTF-8. */
const bytes = fc
  .array(
    fc.oneof(
      fc.string({ unit: anyCharacter }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 4 }),
    ),
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));
/** Of hex and base64, what is not ASCII is never read. */
const coded = fc.record({
  text: fc.string({ unit: fc.constantFrom('a', '0', 'F', '=', '-', '_', '+', '/', ' ', '\n', '!') }),
  as: encoding,
});
const text = fc.record({
  text: fc.string({ unit: anyCharacter }),
  as: fc.constantFrom('utf8' as const, 'latin1' as const),
});
const plain = (made: Uint8Array): number[] => [...made];

describe('the bytes of the verifier', () => {
  it('the bytes of the verifier are the text that Node reads of them, in any encoding, whole or in part', () => {
    fc.assert(
      fc.property(bytes, encoding, fc.nat(40), fc.nat(40), (source, as, start, end) => {
        const [ours, theirs] = [Bytes.from(source), Buffer.from(source)];
        expect(ours.toString(as)).toBe(theirs.toString(as));
        expect(ours.toString(as, start, end)).toBe(theirs.toString(as, start, end));
        expect(isUtf8(ours)).toBe(isUtf8InNode(theirs));
        expect(JSON.stringify(ours)).toBe(JSON.stringify(theirs));
      }),
      { numRuns: 500 },
    );
  });

  it('a text is the bytes that Node makes of it, in any encoding', () => {
    fc.assert(
      fc.property(fc.oneof(text, coded), ({ text: source, as }) => {
        expect(plain(Bytes.from(source, as))).toEqual(plain(Buffer.from(source, as)));
        expect(Bytes.byteLength(source)).toBe(Buffer.byteLength(source));
      }),
      { numRuns: 500 },
    );
  });

  it('bytes and texts are found where Node finds them', () => {
    const few = fc.array(fc.constantFrom(97, 98, 10), { maxLength: 12 });
    const sought = fc.oneof(fc.constantFrom(97, 98, 10), fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 }));
    fc.assert(
      fc.property(few, sought, fc.nat(12), (source, what, from) => {
        const [ours, theirs] = [Bytes.from(Uint8Array.from(source)), Buffer.from(source)];
        expect(ours.indexOf(what, from)).toBe(theirs.indexOf(what, from));
        expect(ours.includes(what, from)).toBe(theirs.includes(what, from));
        expect(ours.lastIndexOf(10)).toBe(theirs.lastIndexOf(10));
      }),
      { numRuns: 500 },
    );
  });

  it('bytes are copied, compared, joined and written as Node does it', () => {
    fc.assert(
      fc.property(bytes, bytes, fc.nat(8), (one, other, at) => {
        const [ours, theirs] = [Bytes.from(one), Buffer.from(one)];
        expect(ours.equals(other)).toBe(theirs.equals(other));
        expect(ours.equals(Bytes.from(one))).toBe(true);
        expect(plain(Bytes.concat([ours, other, ours]))).toEqual(plain(Buffer.concat([theirs, other, theirs])));
        const [part, theirPart] = [ours.subarray(at, at + 3), theirs.subarray(at, at + 3)];
        expect(part.toString()).toBe(theirPart.toString());
        const [target, theirTarget] = [Bytes.alloc(16 + one.length), Buffer.alloc(16 + one.length)];
        ours.copy(target, at);
        theirs.copy(theirTarget, at);
        target.write('0123', at, 'latin1');
        theirTarget.write('0123', at, 'latin1');
        expect(plain(target)).toEqual(plain(theirTarget));
      }),
      { numRuns: 300 },
    );
  });
});
