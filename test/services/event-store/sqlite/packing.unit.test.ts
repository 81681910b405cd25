import { hash, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { stringifyJson } from '../../../../schemas/json/exact-json';
import {
  packId,
  packMetadata,
  type Packed,
  unpackId,
  unpackMetadata,
  unpackText,
  uuidOf,
} from '../../../../services/event-store/sqlite/packing';
import { anyCharacter } from '../../../support/any-character';

const sha256 = fc.string().map((text) => hash('sha256', text, 'hex'));
const fingerprint = sha256.map((text) => text.slice(0, 16));
const time = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const orNull = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: null });
const others = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 });

/** Metadata of each form that this service writes, as it writes them. */
const ofOrder = fc
  .tuple(time, sha256, sha256, orNull(fingerprint), fc.uuid(), others, orNull(sha256), sha256)
  .map(([received_at, content_hash, body_sha256, signed_with, request_id, envelope, previous_hash, event_hash]) => ({
    schema_version: 1,
    received_at,
    content_hash,
    body_sha256,
    signed_with,
    request_id,
    ...(Object.keys(envelope).length === 0 ? {} : { envelope }),
    previous_hash,
    event_hash,
  }));
const ofDelivery = fc
  .tuple(sha256, time, sha256, orNull(fingerprint), fc.uuid(), sha256)
  .map(([content_hash, received_at, body_sha256, signed_with, request_id, event_hash]) => ({
    schema_version: 1,
    content_hash,
    received_at,
    body_sha256,
    signed_with,
    request_id,
    previous_hash: null,
    event_hash,
  }));
const alone = fc
  .tuple(sha256, sha256)
  .map(([content_hash, event_hash]) => ({ schema_version: 1, content_hash, previous_hash: null, event_hash }));
const known = fc.oneof(ofOrder, ofDelivery, alone);

/** Texts that are nearly packed: one character is another, is missing, or is there twice. */
const nearly = fc
  .tuple(known, fc.nat(), fc.constantFrom('', '0', 'f', 'F', 'g', '"', ',', '\uFFFD', 'é', '\0'), fc.boolean())
  .map(([metadata, where, other, replaces]) => {
    const text = stringifyJson(metadata);
    const at = where % text.length;
    return `${text.slice(0, at)}${other}${text.slice(replaces ? at + 1 : at)}`;
  });

const packed = (text: string): Packed => {
  const found = packMetadata(text);
  if (found === null) throw new Error(`not packed: ${text}`);
  return found;
};

/** As SQLite writes bytes. */
const hexOf = (bytes: Buffer | string): string => Buffer.from(bytes).toString('hex').toUpperCase();

describe('packed metadata', () => {
  it('metadata of every form that this service writes are packed, and unpacking gives back each character', () => {
    fc.assert(
      fc.property(known, (metadata) => {
        const text = stringifyJson(metadata);
        fc.pre(!text.includes('\uFFFD'));
        const found = packed(text);
        expect(unpackText(found)).toBe(text);
        expect(stringifyJson(unpackMetadata(found.form, hexOf(found.bytes)))).toBe(text);
      }),
    );
  });

  it('metadata of an order take less than a half of their text', () => {
    const text = stringifyJson({
      schema_version: 1,
      received_at: new Date(Date.UTC(2026, 0, 1)).toISOString(),
      content_hash: hash('sha256', 'a', 'hex'),
      body_sha256: hash('sha256', 'b', 'hex'),
      signed_with: 'a1b2c3d4e5f60718',
      request_id: randomUUID(),
      previous_hash: hash('sha256', 'c', 'hex'),
      event_hash: hash('sha256', 'd', 'hex'),
    });
    expect(packed(text).bytes.length).toBe(4 * 32 + 8 + 8 + 16);
  });

  it('whatever text is packed is given back as it was, and what is not packed is left alone', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string({ unit: anyCharacter }), fc.json()), (text) => {
        fc.pre(!/\p{Cs}/u.test(text));
        const found = packMetadata(text);
        expect(found === null ? text : unpackText(found)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a text has one packed form: any other bytes or form stand for another text, or for none', () => {
    fc.assert(
      fc.property(known, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 9 }), (...args) => {
        const [metadata, where, byte, form] = args;
        const text = stringifyJson(metadata);
        fc.pre(!text.includes('\uFFFD'));
        const whole = packed(text);
        const bytes = Buffer.from(whole.bytes);
        bytes.writeUInt8(byte, where % bytes.length);
        for (const other of [
          { form: whole.form, bytes },
          { form, bytes: whole.bytes },
        ]) {
          if (other.form === whole.form && other.bytes.equals(whole.bytes)) continue;
          let unpacked: string | null;
          try {
            unpacked = unpackText(other);
          } catch {
            unpacked = null;
          }
          expect(unpacked).not.toBe(text);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['an unknown form', { form: 8, bytes: Buffer.alloc(300) }, 'not known'],
    ['the form of what is not packed', { form: 0, bytes: Buffer.alloc(300) }, 'not known'],
    ['too few bytes', { form: 1, bytes: Buffer.alloc(159) }, 'were cut'],
  ])('%s cannot be unpacked', (_, bytes, detail) => {
    expect(() => unpackText(bytes)).toThrow(RangeError);
    expect(() => unpackMetadata(bytes.form, hexOf(bytes.bytes))).toThrow(detail);
  });

  it('every character of another number of bytes than one is kept among the further members', () => {
    const text = stringifyJson({
      schema_version: 1,
      content_hash: hash('sha256', 'a', 'hex'),
      note: 'é – 寿司 – 🛵',
      previous_hash: null,
      event_hash: hash('sha256', 'b', 'hex'),
    });
    expect(unpackText(packed(text))).toBe(text);
    // Bytes that are no text read as this character, so what holds it is kept as it came.
    expect(packMetadata(text.replace('é', '\uFFFD'))).toBeNull();
  });
});

describe('packed event ids', () => {
  it('a UUID takes 16 bytes, and is given back as it was', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const bytes = packId(id);
        expect(bytes).toHaveLength(16);
        expect(unpackId(bytes)).toBe(id);
        expect(uuidOf(hexOf(bytes))).toBe(id);
      }),
    );
  });

  it.each([
    '',
    'x',
    'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a110',
    'a0eebc9949c0b-4ef8-bb6d-6bb9bd380a11',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380aé1',
  ])('the id %j, which is no lower-case UUID, is left alone', (id) => {
    expect(packId(id)).toBe(id);
    expect(unpackId(id)).toBe(id);
  });

  it('bytes that are no UUID are no id', () => {
    expect(() => unpackId(Buffer.alloc(15))).toThrow(RangeError);
    expect(() => uuidOf(hexOf(Buffer.alloc(17)))).toThrow(RangeError);
  });
});
