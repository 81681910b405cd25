import { createHash, type Hash } from 'node:crypto';
import { streamName } from '../../../schemas/events/stream-name';
import { parsePosition } from '../../event-store/event-store';
import { CSV_HEADER, cutIn, manifestBody, manifestIn, rowEnd } from '../export/csv';
import { lineHash, Manifest } from '../export/ndjson';
import { addFault, type Doubt, emptyTally, NOWHERE, type Tally } from '../chain/verification';
import type { VerificationFault } from '../chain/verify-event';
import { count, counted } from '../../terminal/figures';

/**
 * Verifies the rows of an export in CSV, one by one, and its manifest after them. Pure: the caller reads the file and
 * hands its bytes on. Rows are counted as spreadsheets count them, the header's being 1.
 */

/** Largest manifest in bytes that is read beside a file: many times what one takes. */
export const LARGEST_MANIFEST_BYTES = 65_536;
const HEADER = Buffer.from(CSV_HEADER);
/** The header of versions up to 0.2, whose cells were never cut and whose manifest was beside the file. */
const EARLIER_HEADER = Buffer.from(CSV_HEADER.replace(',"cut"', ''));
const HEADER_ROW = 1;
const ROW_END = '\r\n';
/** The cells that say where a row belongs, at its beginning. */
const PLACE = /^"(\d+)","((?:[^"]|"")*)","(?:[^"]|"")*","(?:[^"]|"")*","(\d+)"/;

/** @returns whether the first row is ours but for its end, as where line ends were changed on the way. */
export function isHeaderAltered(start: Buffer): boolean {
  const row = start.subarray(0, Math.max(0, start.indexOf(0x0a)));
  return [HEADER, EARLIER_HEADER].some((header) => row.equals(header.subarray(0, -ROW_END.length)));
}

function placeIn(row: string): Omit<VerificationFault, 'code' | 'detail' | 'line'> {
  const [, position, stream, revision] = PLACE.exec(row) ?? [];
  if (position === undefined || stream === undefined) return NOWHERE;
  return {
    position: parsePosition(position),
    stream: streamName(stream.replaceAll('""', '"')),
    revision: Number(revision),
  };
}

export class RowVerification {
  readonly tally: Tally = emptyTally();
  readonly #digest: Hash = createHash('sha256');
  #row = 0;
  /** Of the row before; null before the header. */
  #last: string | null = null;
  /** Whether the header is the one that this version writes, with a manifest at the end, or that of an earlier one. */
  #header: 'ours' | 'earlier' | 'unknown' = 'ours';
  #manifest: Manifest | null = null;
  #cutRows = 0;
  readonly #doubts: Doubt[] = [];

  /**
   * @param bytes of rows that begin where the last call's ended
   * @returns how many of them were whole rows; the others are to come again, with what follows
   */
  add(bytes: Buffer): number {
    let from = 0;
    if (this.#last === null) {
      const end = bytes.indexOf(ROW_END);
      if (end < 0) return 0;
      from = end + ROW_END.length;
      this.#begin(bytes.subarray(0, from));
      this.#digest.update(bytes.subarray(0, from));
    }
    const text = bytes.toString('latin1'); // a character for each byte
    const end = rowEnd();
    end.lastIndex = from;
    for (let found = end.exec(text); found !== null; found = end.exec(text)) {
      this.#add(bytes.subarray(from, found.index), found[1] ?? '');
      if (this.#manifest === null) this.#digest.update(bytes.subarray(from, end.lastIndex));
      from = end.lastIndex;
    }
    return from;
  }

  /**
   * Verifies the end of the file and the manifest, wherever that is; has to be called after the last row.
   * @param rest of the bytes, which are no whole row
   * @param beside name of a manifest beside the file, where versions up to 0.2 wrote it
   * @param bytes of that manifest; null if there is none
   */
  finish(rest: Buffer, beside: string, bytes: Buffer | null): void {
    if (rest.length > 0 || this.#last === null)
      this.#fault('there is no whole row: the file was cut off, or its end was changed', this.#row + 1);
    if (this.#manifest !== null) return;
    this.#digest.update(rest);
    if (bytes !== null && bytes.length > LARGEST_MANIFEST_BYTES)
      this.#fault(
        `its manifest ${beside} is too large: none has more than ${count(LARGEST_MANIFEST_BYTES)} bytes`,
        null,
      );
    else if (bytes !== null) this.#finishBeside(beside, bytes.toString('utf8'));
    else if (this.#header === 'ours')
      this.#fault('there is no manifest: the file was cut off, or its end was changed', this.#row + 1);
    else if (this.#row <= HEADER_ROW && this.#header === 'unknown') this.#fault('the header was changed', HEADER_ROW);
    else {
      const detail = `There is no manifest in the file, nor ${beside}: that rows are missing at the end cannot be seen.`;
      this.#doubts.push({ kind: 'no manifest', detail });
    }
  }

  #finishBeside(beside: string, text: string): void {
    const manifest = parseManifest(text);
    this.#manifest = manifest;
    if (manifest === null || `${manifestBody(manifest)},"line_hash":"${hashIn(text)}"}` !== text.replace(/\n$/, '')) {
      this.#fault(`its manifest ${beside} cannot be read, or was changed`, null);
      return;
    }
    this.#holdCount(manifest, this.#row + 1);
    const holds = lineHash(this.#last ?? '', manifestBody(manifest)) === hashIn(text);
    this.#afterHeader(holds);
    if (!holds) this.#fault(`its manifest ${beside} is not that of these rows, or was changed`, null);
    if (this.#digest.digest('hex') !== manifest.sha256)
      this.#fault('its bytes are not those that the manifest beside it describes', null);
  }

  #holdCount(manifest: Manifest, row: number): void {
    if (this.tally.events === manifest.events) return;
    const [said, found] = [manifest.events, this.tally.events].map(String);
    this.#fault(`the manifest says events ${said ?? ''}, found ${found ?? ''}`, row);
  }

  /** @returns the manifest, if it can be read; after the last row. */
  get manifest(): Manifest | null {
    return this.#manifest;
  }

  /** @returns what could not be verified; after the last row. */
  get doubts(): readonly Doubt[] {
    if (this.#cutRows === 0) return this.#doubts;
    const detail =
      `${counted(this.#cutRows, 'row has', 'rows have')} cells that were cut to what a spreadsheet takes: ` +
      'the rows are as they were written, but what was cut is only in an export as NDJSON.';
    return [...this.#doubts, { kind: 'cut', detail }];
  }

  #begin(header: Buffer): void {
    this.#row = HEADER_ROW;
    this.#last = lineHash('', header);
    this.#header = header.equals(HEADER) ? 'ours' : header.equals(EARLIER_HEADER) ? 'earlier' : 'unknown';
  }

  /** Nothing but what comes after a header proves it: that of another version may be another. */
  #afterHeader(holds: boolean): void {
    if (this.#row === HEADER_ROW && !holds && this.#header !== 'ours')
      this.#fault('the header was changed', HEADER_ROW);
  }

  #add(cells: Buffer, hash: string): void {
    const holds = lineHash(this.#last ?? '', cells) === hash;
    this.#afterHeader(holds);
    this.#row++;
    if (this.#manifest !== null) this.#fault('there is more after the manifest', this.#row);
    const row = cells.toString('utf8');
    const json = manifestIn(row);
    const manifest = json === null ? null : parseManifest(json);
    if (manifest === null) this.tally.events++;
    if (manifest === null && this.#header !== 'earlier' && cutIn(row) !== null) this.#cutRows++;
    if (!holds) {
      const detail =
        'line_hash does not hold: this row was changed, or rows before it were removed, inserted or reordered';
      this.#fault(detail, this.#row, placeIn(row));
    }
    this.#last = hash;
    if (manifest === null || this.#manifest !== null) return;
    this.#manifest = manifest;
    this.#holdCount(manifest, this.#row);
    if (this.#digest.digest('hex') !== manifest.sha256)
      this.#fault('the bytes before it are not those that the manifest describes', this.#row);
  }

  #fault(
    detail: string,
    line: number | null,
    place: Omit<VerificationFault, 'code' | 'detail' | 'line'> = NOWHERE,
  ): void {
    addFault(this.tally, { code: 'file', detail, ...place, line });
  }
}

const hashIn = (text: string): string => /,"line_hash":"([0-9a-f]{64})"\}\n?$/.exec(text)?.[1] ?? '';

function parseManifest(text: string): Manifest | null {
  try {
    return Manifest.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
