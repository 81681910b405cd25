/**
 * Metadata on the wire. EventStoreDB says of an event's data whether they are JSON, and of its metadata nothing: the
 * client takes whatever parses for JSON, and none where there are no bytes. Bytes that would be misread so are stored
 * behind a marker; all others, and all JSON, as they are.
 */

import { type Payload } from '../event-store';

/** No JSON text begins with a zero byte. */
const RAW_BYTES_MARKER = 0;

/** @returns the bytes to store for encoded metadata: JSON as text, bytes as bytes. */
export function metadataToWire(metadata: string | Uint8Array | null): Uint8Array {
  if (metadata === null) return new Uint8Array();
  if (typeof metadata === 'string') return new TextEncoder().encode(metadata);
  const misread = metadata.length === 0 || metadata[0] === RAW_BYTES_MARKER || readsAsJson(metadata);
  return misread ? Uint8Array.of(RAW_BYTES_MARKER, ...metadata) : new Uint8Array(metadata);
}

/** Reverses {@link metadataToWire}, given what the client made of the bytes. */
export function metadataFromClient(metadata: unknown): Payload | undefined {
  if (!(metadata instanceof Uint8Array)) return metadata as Payload | undefined;
  return metadata[0] === RAW_BYTES_MARKER ? metadata.slice(1) : metadata;
}

function readsAsJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(bytes).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
