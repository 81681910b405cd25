/**
 * What the code of `ticket-rail verify` uses of Node's `Buffer`, for a browser. A property test compares each method with
 * Node's own.
 */

type Encoding = 'utf8' | 'latin1' | 'hex' | 'base64';

/** Characters that one call makes of their codes: more arguments than engines take of a call are too many. */
const CODES_A_CALL = 8_192;

// A mark at the beginning is a character as any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

function latin1Of(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += CODES_A_CALL)
    text += String.fromCharCode(...bytes.subarray(from, from + CODES_A_CALL));
  return text;
}

/** @returns the bytes of what is well-formed of a text in base64, of either alphabet, as Node reads it. */
function base64Bytes(text: string): Bytes {
  const [signs = ''] = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replaceAll(/[^A-Za-z0-9+/=]/g, '')
    .split('=');
  return bytesOf(atob(signs.length % 4 === 1 ? signs.slice(0, -1) : signs), 'latin1');
}

function hexBytes(text: string): Bytes {
  const pairs = /^(?:[0-9A-Fa-f]{2})*/.exec(text)?.[0] ?? '';
  return new Bytes(Array.from({ length: pairs.length / 2 }, (_, at) => parseInt(pairs.slice(at * 2, at * 2 + 2), 16)));
}

function bytesOf(text: string, encoding: Encoding): Bytes {
  switch (encoding) {
    case 'utf8': {
      const { buffer, byteOffset, byteLength } = encoder.encode(text);
      return new Bytes(buffer, byteOffset, byteLength);
    }
    case 'latin1': {
      const bytes = new Bytes(text.length);
      for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
      return bytes;
    }
    case 'hex':
      return hexBytes(text);
    case 'base64':
      return base64Bytes(text);
  }
}

/** @returns where a byte, or the bytes of a text, first stand from a place on; -1 for nowhere. */
function placeOf(bytes: Uint8Array, sought: number | string, from: number): number {
  const find = (byte: number, after: number): number => Uint8Array.prototype.indexOf.call(bytes, byte, after);
  if (typeof sought === 'number') return find(sought, from);
  const text = encoder.encode(sought);
  const [first] = text;
  if (first === undefined) return Math.min(from, bytes.length);
  for (let at = find(first, from); at >= 0; at = find(first, at + 1))
    if (text.every((byte, index) => bytes[at + index] === byte)) return at;
  return -1;
}

class Bytes extends Uint8Array {
  override toString(encoding: Encoding = 'utf8', start = 0, end = this.length): string {
    const part = super.subarray(start, end);
    switch (encoding) {
      case 'utf8':
        return decoder.decode(part);
      case 'latin1':
        return latin1Of(part);
      case 'hex':
        return Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join('');
      case 'base64':
        return btoa(latin1Of(part));
    }
  }

  override indexOf(sought: number | string, from = 0): number {
    return placeOf(this, sought, from);
  }

  override includes(sought: number | string, from = 0): boolean {
    return placeOf(this, sought, from) !== -1;
  }

  equals(other: Uint8Array): boolean {
    return this.length === other.length && this.every((byte, at) => byte === other[at]);
  }

  copy(target: Uint8Array, start = 0): number {
    target.set(this, start);
    return this.length;
  }

  write(text: string, offset: number, encoding: Encoding): number {
    const bytes = bytesOf(text, encoding);
    this.set(bytes, offset);
    return bytes.length;
  }

  toJSON(): { readonly type: 'Buffer'; readonly data: readonly number[] } {
    return { type: 'Buffer', data: [...this] };
  }
}

/** In place of Node's `Buffer`. */
export const Buffer = {
  alloc: (length: number): Bytes => new Bytes(length),

  /** @returns the bytes of a text; a copy of bytes; or those of a buffer, which shares them. */
  from(source: string | Uint8Array | ArrayBuffer, encoding: Encoding = 'utf8'): Bytes {
    return typeof source === 'string' ? bytesOf(source, encoding) : new Bytes(source as ArrayBuffer); // or bytes, likewise
  },

  concat(parts: readonly Uint8Array[]): Bytes {
    const all = new Bytes(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  },

  byteLength: (text: string): number => encoder.encode(text).length,
};

/** @returns whether bytes are well-formed UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
