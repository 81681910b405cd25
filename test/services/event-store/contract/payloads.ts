import { parseJson, stringifyJson } from '../../../../schemas/json/exact-json';
import type { JsonValue, Payload } from '../../../../services/event-store/event-store';

export const nested = (depth: number): JsonValue => {
  let value: JsonValue = 'core';
  for (let level = 0; level < depth; level += 1) value = { in: [value] };
  return value;
};

export const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);
export const textBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

export const PAYLOADS: readonly (readonly [string, Payload])[] = [
  ['an empty object', {}],
  ['an empty list', []],
  ['null', null],
  ['false', false],
  ['zero', 0],
  ['an empty string', ''],
  ['the largest safe integer', Number.MAX_SAFE_INTEGER],
  ['a fraction', 0.1 + 0.2],
  ['the smallest number', Number.MIN_VALUE],
  [
    'numbers that no double holds',
    parseJson('{"a":1894721983472198341,"b":[1e400,-1E-400,0.10000000000000000001]}') as JsonValue,
  ],
  ['a number that no double holds, and nothing else', parseJson('9007199254740993') as JsonValue],
  ['keys in their order, integer-like ones too', JSON.parse('{"b":1,"a":{"2":0,"1":0},"":null}') as JsonValue],
  ['a key that names the prototype', JSON.parse('{"__proto__":{"a":1},"constructor":2}') as JsonValue],
  ['unicode', { name: 'Crème brûlée, 寿司, Ελλάδα, \u202Eעברית' }],
  ['text that is not normalised', ['e\u0301', '\u00e9']],
  ['emoji, also of several code points', { note: '🍕👩‍👩‍👧🏳️‍🌈' }],
  ['lone surrogates', { high: '\ud83c', low: 'x\udf55', swapped: '\udf55\ud83c' }],
  ['control characters and NUL', { text: '\u0000\u0001\b\n\r\t\u001f\u007f\u2028\u2029\ufeff' }],
  ['quotes and backslashes', { text: `"'\\/\u0060$\{x}%_` }],
  ['text that looks like JSON', '{"a":1}'],
  ['deeply nested JSON', nested(500)],
  ['a wide object', Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`field_${String(n)}`, n]))],
  ['no bytes', new Uint8Array(0)],
  ['one zero byte', new Uint8Array(1)],
  ['every byte', EVERY_BYTE],
  ['bytes that are not UTF-8', Uint8Array.of(0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80)],
  ['bytes that are JSON text', textBytes('{"a":1}')],
  ['bytes that start with a byte order mark', textBytes('\ufeff{}')],
];

/** JSON as text, key order included; bytes as bytes, of whatever class they are. */
export const comparable = (payload: Payload | undefined): unknown =>
  payload instanceof Uint8Array ? { bytes: Buffer.from(payload).toString('hex') } : { json: stringifyJson(payload) };
