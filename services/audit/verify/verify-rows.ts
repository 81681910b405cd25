import { createHash, type Hash } from 'node:crypto';
import { parsePosition } from '../../event-store/event-store';
import { CSV_HEADER, manifestBody, rowEnd } from '../export/csv';
import { lineHash, Manifest } from '../export/ndjson';
import { addFault, emptyTally, NOWHERE, type Tally } from './verification';
import type { Fault } from './verify-event';

/**
 * Verifies the rows of an export in CSV, one by one, and its manifest after them. Pure: whoever reads the file hands its
 * bytes on. Rows are counted as spreadsheets count them, the header's being 1.
 */

const HEADER = Buffer.from(CSV_HEADER);
const HEADER_ROW = 1;
/** The cells that say where a row belongs, at its beginning. */
const PLACE = /^"(\d+)","((?:[^"]|"")*)","(?:[^"]|"")*","(?:[^"]|"")*","(\d+)"/;

function placeIn(row: Buffer): Omit<Fault, 'code' | 'detail' | 'line'> {
  const [, position, stream, revision] = PLACE.exec(row.toString('utf8')) ?? [];
  if (position === undefined || stream === undefined) return NOWHERE;
  return { position: parsePosition(position), stream: stream.replaceAll('""', '"'), revision: Number(revision) };
}

export class RowVerification {
  readonly tally: Tally = emptyTally();
  readonly #digest: Hash = createHash('sha256');
  #row = 0;
  /** Of the row before; null before the header. */
  #last: string | null = null;
  /** The header is the one that this version writes. */
  #isOurs = true;

  /**
   * @param bytes of rows that begin where the last call's ended
   * @returns how many of them were whole rows; the others are to come again, with what follows
   */
  add(bytes: Buffer): number {
    let from = 0;
    if (this.#last === null) {
      const end = bytes.indexOf('\r\n');
      if (end < 0) return 0;
      from = end + 2;
      this.#header(bytes.subarray(0, from));
    }
    const text = bytes.toString('latin1'); // a character for each byte
    const end = rowEnd();
    end.lastIndex = from;
    for (let found = end.exec(text); found !== null; found = end.exec(text)) {
      this.#add(bytes.subarray(from, found.index), found[1] ?? '');
      from = end.lastIndex;
    }
    this.#digest.update(bytes.subarray(0, from));
    return from;
  }

  /**
   * To be called after the last row.
   * @param rest of the bytes, which are no whole row
   * @param beside name of the manifest, for who reads the result
   * @param text the manifest, with a line feed or, as a trailer has it, without, or null if there is none
   * @returns the manifest, if it can be read
   */
  finish(rest: Buffer, beside: string, text: string | null): Manifest | null {
    if (rest.length > 0 || this.#last === null)
      this.#fault('there is no whole row: the file was cut off, or its end was changed', this.#row + 1);
    this.#digest.update(rest);
    if (text === null) {
      this.#fault(`its manifest ${beside} is not there: that rows are missing at the end cannot be seen`, null);
      return null;
    }
    const manifest = parseManifest(text);
    if (manifest === null || `${manifestBody(manifest)},"line_hash":"${hashIn(text)}"}` !== text.replace(/\n$/, '')) {
      this.#fault(`its manifest ${beside} cannot be read, or was changed`, null);
      return manifest;
    }
    if (this.tally.events !== manifest.events) {
      const [said, found] = [manifest.events, this.tally.events].map(String);
      this.#fault(`the manifest says events ${said ?? ''}, found ${found ?? ''}`, this.#row + 1);
    }
    const holds = lineHash(this.#last ?? '', manifestBody(manifest)) === hashIn(text);
    this.#afterHeader(holds);
    if (!holds) this.#fault(`its manifest ${beside} is not that of these rows, or was changed`, null);
    if (this.#digest.digest('hex') !== manifest.sha256)
      this.#fault('its bytes are not those that the manifest beside it tells of', null);
    return manifest;
  }

  #header(header: Buffer): void {
    this.#row = HEADER_ROW;
    this.#last = lineHash('', header);
    this.#isOurs = header.equals(HEADER);
  }

  /** Nothing but what comes after a header proves it: that of another version may be another. */
  #afterHeader(holds: boolean): void {
    if (this.#row === HEADER_ROW && !holds && !this.#isOurs) this.#fault('the header was changed', HEADER_ROW);
  }

  #add(cells: Buffer, hash: string): void {
    const holds = lineHash(this.#last ?? '', cells) === hash;
    this.#afterHeader(holds);
    this.#row++;
    this.tally.events++;
    if (!holds) {
      const detail =
        'line_hash does not hold: this row was changed, or rows before it were removed, inserted or reordered';
      this.#fault(detail, this.#row, placeIn(cells));
    }
    this.#last = hash;
  }

  #fault(detail: string, line: number | null, place: Omit<Fault, 'code' | 'detail' | 'line'> = NOWHERE): void {
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
