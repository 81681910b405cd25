import fc from 'fast-check';
import { ConsumerName } from '../../schemas/api/feed';
import { commitStream } from '../../schemas/consumer-events';
import { consumerOf, destinationCommitStream } from '../../schemas/destination-events';
import { DestinationName } from '../../schemas/destinations';
import { readerName } from '../../schemas/files/reader-name';
import { ReaderName } from '../../schemas/files/readers';

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');

const nameOf = (rest: string, most: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...LETTERS),
      fc.string({ unit: fc.constantFrom(...LETTERS, ...Array.from(rest)), maxLength: most - 1 }),
    )
    .map((parts) => parts.join(''));

it('a name is that of a consumer exactly if it has up to 64 letters, digits, dots, dashes and underscores, and begins with one of the first two', () => {
  fc.assert(
    fc.property(nameOf('._-', 64), (name) => {
      expect(ConsumerName.safeParse(name).data).toBe(name);
    }),
  );
  for (const name of ['', '.a', '-a', '_a', 'a b', 'a/b', 'ä', 'a\n', 'a'.repeat(65)]) {
    expect(ConsumerName.safeParse(name).success).toBe(false);
  }
});

it('each name of a destination is one of a consumer, under which its place is kept in streams of its own', () => {
  fc.assert(
    fc.property(nameOf('-_', 50), fc.nat(), (name, volume) => {
      const consumer = consumerOf(DestinationName.parse(name));
      expect(consumer).toBe(name);
      expect(destinationCommitStream(consumer, volume)).not.toBe(commitStream(consumer, volume));
    }),
  );
});

it('a text is the name of a reader exactly if it has up to 100 characters, none of which is a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 100 }), (name) => {
      expect(ReaderName.parse(name)).toBe(readerName(name));
    }),
  );
  for (const name of ['', 'a\n', 'a\u0000', '\u007f', 'a'.repeat(101)]) {
    expect(ReaderName.safeParse(name).success).toBe(false);
  }
});

it('the types refuse the name of a reader, of a destination, or any text, in place of that of a consumer', () => {
  const name = ConsumerName.parse('shop');
  // @ts-expect-error the name of a reader
  const reader: ConsumerName = ReaderName.parse('shop');
  // @ts-expect-error the name of a destination, which consumerOf makes one of a consumer
  const destination: ConsumerName = DestinationName.parse('shop');
  // @ts-expect-error this is any text
  const text: ConsumerName = 'shop';
  const streams = [reader, destination, text].map((one) => commitStream(one, 0));
  expect(new Set(streams)).toEqual(new Set([commitStream(name, 0)]));
});

it('the types refuse the name of a consumer, or any text, in place of that of a reader or a destination', () => {
  // @ts-expect-error the name of a consumer
  const reader: ReaderName = ConsumerName.parse('shop');
  // @ts-expect-error the name of a consumer
  const destination: DestinationName = ConsumerName.parse('shop');
  // @ts-expect-error this is any text
  const text: ReaderName = 'shop';
  expect([reader, destination, text]).toEqual(['shop', 'shop', 'shop']);
});
