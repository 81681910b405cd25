import { EVIDENCE_FORMAT, Manifest } from '../export/ndjson';
import type { Doubt } from '../chain/verification';
import { quotedFromFile } from './quoted-from-file';

/** What the manifest of a file says of the whole, and what follows from it for the reader of a result. */

/** @returns the last line with anything in it, with all that is blank after it. */
export function lastLine(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) <= 0x20) end--;
  return bytes.subarray(end === 0 ? 0 : bytes.lastIndexOf(0x0a, end - 1) + 1);
}

/** @returns what a line says; null if it is no manifest. */
export function manifestIn(line: Buffer): Manifest | null {
  try {
    return Manifest.safeParse(JSON.parse(line.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/** @returns what it says of when and by what the file was written, and of which time. */
export function notesOf(manifest: Manifest | null): readonly string[] {
  if (manifest === null) return [];
  const { from, to, software, exported_at } = manifest;
  return [
    `Exported by version ${quotedFromFile(software.version)} at ${quotedFromFile(exported_at)}, as the file says.`,
    ...(from === null && to === null
      ? []
      : [
          `Only events received from ${from === null ? 'the beginning' : quotedFromFile(from)} to ${to === null ? 'the end' : quotedFromFile(to)}, as the file says: others are not here.`,
        ]),
  ];
}

/** @returns that contacts were withheld, if it says so. */
export function withheldFrom(manifest: Manifest | null): readonly Doubt[] {
  if (manifest?.withheld !== true) return [];
  const detail = manifest.format === EVIDENCE_FORMAT ? WITHHELD_FROM_EVIDENCE : WITHHELD_FROM_EXPORT;
  return [{ kind: 'withheld', detail }];
}

const WITHHELD_FROM_EVIDENCE =
  'Phones and passcodes were withheld from this file, and with them the hashes that they could be found from: those over the ' +
  'contents, the events and the bodies, which cannot be computed again, and the signed checkpoints. So that contents and chain ' +
  'are what was recorded, and that how they were read follows from them, cannot be verified here: it takes evidence that ' +
  'shows them. The file is whole, and its page says what its lines say.';

const WITHHELD_FROM_EXPORT =
  'Phones and passcodes were withheld from the reader who exported this, and with them the hashes that they could be found from. ' +
  'So that contents and chains of events are what was recorded cannot be verified here: it takes an export that shows them.';
