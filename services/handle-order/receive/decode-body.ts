import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, type ZlibOptions } from 'node:zlib';
import { codeOf } from '../../files/error-code';

/**
 * Undoes the codings of a body (RFC 9110 section 8.4.1, docs/protocol.md#ruling-5-8), one body at a time: a decoder may hold
 * 16 MiB however small the body is, and an inflated body is small enough to make at once.
 */

export type DecodedBody =
  | { readonly kind: 'plain'; readonly bytes: Buffer }
  /** Decoded, it is over the limit; no more was decoded than that. */
  | { readonly kind: 'too-large' }
  | { readonly kind: 'undecodable'; readonly detail: string };

/** Most codings of one body. A sender uses one; a front that compresses what is compressed, two. */
const MAX_CODINGS = 3;

type Decoder = (bytes: Buffer, options: Pick<ZlibOptions, 'maxOutputLength'>) => Buffer;

/**
 * Returns whether bytes begin as zlib data do (RFC 1950 section 2.2); what some senders call `deflate` does not (RFC
 * 9110 section 8.4.1.2).
 */
const hasZlibHeader = (bytes: Buffer): boolean =>
  bytes.length >= 2 && (bytes.readUInt8(0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', (bytes, options) => (hasZlibHeader(bytes) ? inflateSync : inflateRawSync)(bytes, options)],
  ['br', brotliDecompressSync],
]);

/** @returns the codings that a `Content-Encoding` names, in the order in which they were applied. */
const codingsIn = (contentEncoding: string): readonly string[] =>
  contentEncoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');

const isTooLarge = (error: unknown): boolean => codeOf(error) === 'ERR_BUFFER_TOO_LARGE';

/**
 * @param wire the bytes as they came
 * @param contentEncoding value of the header, or null if there was none
 * @param limit most bytes of what is decoded
 */
export function decodeBody(wire: Buffer, contentEncoding: string | null, limit: number): DecodedBody {
  if (contentEncoding === null || wire.length === 0) return { kind: 'plain', bytes: wire };
  const codings = codingsIn(contentEncoding);
  const decoders = codings.map((name) => DECODERS.get(name)).filter((decoder) => decoder !== undefined);
  if (decoders.length < codings.length || codings.length > MAX_CODINGS) {
    return {
      kind: 'undecodable',
      detail: `has a Content-Encoding that is not taken: ${[...DECODERS.keys()].join(', ')} are, or none`,
    };
  }
  try {
    const bytes = decoders.reduceRight((coded, decode) => decode(coded, { maxOutputLength: limit }), wire);
    return { kind: 'plain', bytes };
  } catch (error) {
    if (isTooLarge(error)) return { kind: 'too-large' };
    return { kind: 'undecodable', detail: 'is not what its Content-Encoding says, or was cut off' };
  }
}
