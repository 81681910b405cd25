/**
 * Payloads on the wire. EventStoreDB says of an event's data whether they are JSON, and of its metadata nothing: the client
 * takes whatever parses for JSON, and sees none where there are no bytes. Metadata bytes that would be misread so are
 * stored behind a marker; all others, and all JSON, as they are.
 */

import type { EncodedEvent, Payload } from '../event-store';

export interface WireEvent {
  readonly id: string;
  readonly type: string;
  readonly json: boolean;
  readonly data: Uint8Array;
  /** Empty for none. */
  readonly metadata: Uint8Array;
}

/** No JSON text begins with a zero byte. */
const RAW_BYTES_MARKER = 0;

const utf8 = new TextEncoder();

/** @returns a copy, which does not change with what the caller gave. */
export function toWire({ id, type, data, metadata }: EncodedEvent): WireEvent {
  return {
    id,
    type,
    json: typeof data === 'string',
    data: typeof data === 'string' ? utf8.encode(data) : new Uint8Array(data),
    metadata: metadataToWire(metadata),
  };
}

function metadataToWire(metadata: string | Uint8Array | null): Uint8Array {
  if (metadata === null) return new Uint8Array();
  if (typeof metadata === 'string') return utf8.encode(metadata);
  if (metadata.length > 0 && metadata[0] !== RAW_BYTES_MARKER && !readsAsJson(metadata))
    return new Uint8Array(metadata);
  const marked = new Uint8Array(metadata.length + 1);
  marked[0] = RAW_BYTES_MARKER;
  marked.set(metadata, 1);
  return marked;
}

/** @param metadata as the client gives them: parsed if that is possible. */
export function metadataFromClient(metadata: unknown): Payload | undefined {
  if (!(metadata instanceof Uint8Array)) return metadata as Payload | undefined; // else it is what JSON gave, or nothing
  return metadata[0] === RAW_BYTES_MARKER ? metadata.subarray(1) : metadata;
}

/** Decides as the client does. */
function readsAsJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(bytes).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
