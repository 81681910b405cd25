import { createHash, type Hash, hash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { initial, type OrderState } from '../../../projections/order/order';
import { orderKeyOfStream } from '../../../schemas/events/order-events';
import { WITHHELD } from '../../../schemas/events/withheld';
import { type Position, comparePositions, type RecordedEvent } from '../../event-store/event-store';
import { readingOf } from '../evidence/reading';
import { canonicalJson } from '../../event-store/seal/canonical-json';
import { Manifest, splitLine } from '../export/ndjson';
import { receivedAt } from '../export/select-events';
import { StreamCount } from '../export/stream-count';
import { StreamHeads } from '../chain/stream-heads';
import { addFault, emptyTally, MAX_FAULTS, NOWHERE, placeOf, type Tally, tallyEvent } from '../chain/verification';
import { type EventRules, type VerificationFault, type FaultCode, holds } from '../chain/verify-event';
import type { Span } from './about';
import { eventOf, isNestedDeeper, type Members, MOST_NESTED, parseMembers, placeIn } from './line-members';
import { LINE_ENDS_CHANGED, MARK_ADDED, withLineFeeds, withoutMark } from './line-ends';
import { counted } from '../../terminal/figures';
import { quotedFromFile } from './quoted-from-file';

/**
 * Verifies the lines of an export or of the evidence in a bundle, one by one: each line against its hash, each event
 * against its own hashes, and at the end the manifest against all of them. Pure: the caller reads the file and hands
 * them on.
 */

/** What has to be kept to go on after a line. */
export interface SavedLines {
  readonly line: number;
  readonly lastHash: string;
  readonly first: Position | null;
  readonly last: Position | null;
  readonly span: Span | null;
}

const HASH_CHARACTERS = 64;

export class LineVerification {
  readonly tally: Tally;
  readonly heads: StreamHeads;
  readonly streams: StreamCount;
  readonly notes: string[] = [];
  #line: number;
  #lastHash: string;
  #first: Position | null;
  #last: Position | null;
  #span: Span | null;
  readonly #digest: Hash = createHash('sha256');
  #manifest: Manifest | null = null;
  /** What is read again for a bundle, which is about one order. */
  #state: OrderState = initial;
  #newest: RecordedEvent | null = null;
  /** How many readings are others, and where the first of them are: a file may have any number. */
  #otherReadings = 0;
  readonly #otherPlaces: Omit<VerificationFault, 'code' | 'detail'>[] = [];
  /** Where the first events are of another order than the manifest says, and how many there are. */
  readonly #strayPlaces: Omit<VerificationFault, 'code' | 'detail'>[] = [];
  #strays = 0;
  /** Faults that are of what was done to the text on its way. */
  #alterations = 0;
  #hasOtherEnds = false;
  /** The newest line is as it was written. */
  #lineHolds = false;
  #scratch = Buffer.alloc(16_384);

  readonly #expected: Manifest | null;
  readonly #rules: EventRules;
  readonly #code: string | null;

  /**
   * @param expected what the last line says, if it is a manifest: whether contacts were withheld has to be known before.
   *   It is verified where it stands.
   * @param code identifies the code that makes evidence here; null where there is none to be made
   */
  constructor(
    expected: Manifest | null,
    code: string | null,
    seed: number,
    saved?: { readonly tally: Tally; readonly heads: StreamHeads; readonly streams: StreamCount } & SavedLines,
  ) {
    this.#expected = expected;
    this.#rules = {
      // Evidence without a manifest does not hold for that: what may have been withheld is no other fault.
      withheld: expected?.withheld ?? code !== null,
      gaps: code === null && expected !== null && (expected.from !== null || expected.to !== null),
    };
    this.#code = code;
    this.tally = saved?.tally ?? emptyTally();
    this.heads = saved?.heads ?? new StreamHeads(seed);
    this.streams = saved?.streams ?? new StreamCount();
    this.#line = saved?.line ?? 0;
    this.#lastHash = saved?.lastHash ?? '';
    this.#first = saved?.first ?? null;
    this.#last = saved?.last ?? null;
    this.#span = saved?.span ?? null;
  }

  /** From when to when the events were received, as they say. */
  get span(): Span | null {
    return this.#span;
  }

  get manifest(): Manifest | null {
    return this.#manifest;
  }

  save(): SavedLines {
    return { line: this.#line, lastHash: this.#lastHash, first: this.#first, last: this.#last, span: this.#span };
  }

  /** Bytes of lines that were verified before: only the digest of all needs them again. */
  skip(bytes: Uint8Array): void {
    this.#digest.update(bytes);
  }

  /** @param came the line with its line feed, unless the file ends without */
  add(came: Buffer): void {
    this.#line++;
    const line = this.#asWritten(came);
    const whole = line.at(-1) === 0x0a;
    const text = whole ? line.subarray(0, -1) : line;
    if (this.#manifest !== null) {
      this.#fault('file', 'there is more after the manifest');
      return;
    }
    if (!whole) this.#fault('file', 'the file ends in the middle of a line');
    const members = this.#open(text);
    if (members?.['kind'] !== 'manifest') this.#digest.update(line);
    if (members === null) return;
    switch (members['kind']) {
      case 'event':
        this.#event(members);
        return;
      case 'reading':
        this.#reading(members);
        return;
      case 'summary':
      case 'claims':
      case 'secrets':
      case 'checkpoint':
      case 'proof':
        return;
      case 'manifest':
        this.#end(members);
        return;
      default:
        this.#fault('form', 'the line is of no kind that is known');
    }
  }

  /** Notes a fault if no manifest came, or another than the one expected; has to be called after the last line. */
  finish(): void {
    if (this.#manifest !== null) {
      if (this.#expected?.withheld !== this.#manifest.withheld)
        this.#fault('file', 'the manifest is not the one in the last line, by which the others were verified');
      return;
    }
    addFault(this.tally, {
      code: 'file',
      detail: 'there is no manifest that can be read: the file was cut off, or its end was changed',
      ...NOWHERE,
      line: this.#line + 1,
    });
  }

  /** Takes back what was done to the text on its way, and notes the first place of it. */
  #asWritten(came: Buffer): Buffer {
    const text = this.#line === 1 ? withoutMark(came) : came;
    if (text !== came) this.#noteAltered(MARK_ADDED);
    const line = text.at(-2) === 0x0d ? withLineFeeds(text) : text;
    if (line !== text && !this.#hasOtherEnds) {
      this.#hasOtherEnds = true;
      this.#noteAltered(LINE_ENDS_CHANGED);
    }
    return line;
  }

  #noteAltered(detail: string): void {
    this.#alterations++;
    this.#fault('file', detail);
  }

  /** Whether the text was altered on its way, and nothing else is wrong with it. */
  get isOnlyAltered(): boolean {
    return this.#alterations > 0 && this.tally.faultCount === this.#alterations;
  }

  /** Whether the text was altered on its way: its bytes are not those that were written. */
  get isAltered(): boolean {
    return this.#alterations > 0;
  }

  #fault(code: FaultCode, detail: string, place: Omit<VerificationFault, 'code' | 'detail' | 'line'> = NOWHERE): void {
    addFault(this.tally, { code, detail, ...place, line: this.#line });
  }

  /** @returns what a line says, after checking it against its hash; null if nothing can be read. */
  #open(text: Buffer): Members | null {
    const parts = splitLine(text);
    const parsed = isUtf8(text) ? parseMembers(text.toString('utf8')) : null;
    this.#lineHolds = parts !== null && this.#hashAfter(parts.body) === parts.hash;
    if (!this.#lineHolds) {
      const detail =
        parts === null
          ? 'the line does not end with a line_hash'
          : 'line_hash does not hold: this line was changed, or lines before it were removed, inserted or reordered';
      this.#fault('file', detail, parsed === null ? NOWHERE : placeIn(parsed));
    }
    if (parts !== null) this.#lastHash = parts.hash;
    if (parsed === null) {
      this.#fault('form', 'the line is not JSON');
      return null;
    }
    if (text.length <= 2 * MOST_NESTED || !isNestedDeeper(parsed)) return parsed;
    this.#fault('form', `the line is nested deeper than ${String(MOST_NESTED)} levels`, placeIn(parsed));
    return null;
  }

  #hashAfter(body: Buffer): string {
    const offset = this.#lastHash.length;
    if (this.#scratch.length < HASH_CHARACTERS + body.length)
      this.#scratch = Buffer.alloc(2 * body.length + HASH_CHARACTERS);
    this.#scratch.write(this.#lastHash, 0, 'latin1');
    body.copy(this.#scratch, offset);
    return hash('sha256', this.#scratch.subarray(0, offset + body.length), 'hex');
  }

  #event(members: Members): void {
    const event = eventOf(members);
    if (event === null) {
      this.#fault('form', 'an event lacks a member, or has one of the wrong type', placeIn(members));
      return;
    }
    const { position } = event;
    if (this.#last !== null && comparePositions(this.#last, position) >= 0) {
      this.#fault('position', 'the position is not after the one of the event before', placeIn(members));
    }
    this.#first ??= position;
    this.#last = position;
    const at = receivedAt(event);
    this.#span = { from: this.#span?.from ?? at, to: at };
    this.streams.add(event.stream);
    this.#newest = event;
    if (tallyEvent(this.tally, event, this.#line, this.heads, this.#rules).begins) this.tally.begun++;
    this.#holdWithheld(event);
    this.#holdScope(event);
  }

  /**
   * Holds the stream of an event in evidence against the one order that the evidence is about. Which of the two was
   * changed shows when the manifest comes.
   */
  #holdScope(event: RecordedEvent): void {
    if (this.#expected === null || this.#code === null) return;
    const { location_id, order_id } = this.#expected.scope;
    const key = orderKeyOfStream(event.stream);
    if (key?.location_id === location_id && key.order_id === order_id) return;
    this.#strays++;
    if (this.#strayPlaces.length < MAX_FAULTS) this.#strayPlaces.push(placeOf(event, this.#line));
  }

  /** Holds what an event says of whether contacts were withheld against the manifest. */
  #holdWithheld(event: RecordedEvent): void {
    if (this.#expected === null) return;
    const [said, found] = [this.#expected.withheld, event.id === WITHHELD];
    // Exports of versions before 0.3.0 with contacts withheld show the ids.
    if (said === found || (said && this.#code === null)) return;
    const detail = `contacts were ${found ? '' : 'not '}withheld from this event, and the manifest says otherwise`;
    this.#fault('file', detail, placeOf(event));
  }

  /**
   * Reads the newest event of a bundle again, by the folds of this version, and notes where the bundle says otherwise.
   */
  #reading(members: Members): void {
    const event = this.#newest;
    const key = event === null ? null : orderKeyOfStream(event.stream);
    if (event === null || key === null || members['revision'] !== event.revision) {
      this.#fault('file', 'a reading does not follow its event');
      return;
    }
    // It was read from what is withheld, and so cannot be read again.
    if (this.#rules.withheld) return;
    const { state, reading } = readingOf(key, this.#state, event);
    this.#state = state;
    const { kind: _kind, stream: _stream, revision: _revision, line_hash: _hash, ...said } = members;
    if (holds(canonicalJson(reading), () => canonicalJson(said))) return;
    this.#otherReadings++;
    if (this.#otherPlaces.length < MAX_FAULTS) this.#otherPlaces.push(placeOf(event, this.#line));
  }

  #end(members: Members): void {
    const { line_hash: _hash, ...rest } = members;
    const parsed = Manifest.safeParse(rest);
    if (!parsed.success) {
      this.#fault('file', 'the manifest lacks a member, or has one of the wrong type');
      return;
    }
    const manifest = parsed.data;
    this.#manifest = manifest;
    const { tally } = this;
    const claims: readonly (readonly [string, unknown, unknown])[] = [
      ['events', manifest.events, tally.events],
      ['streams', manifest.streams, this.streams.count],
      ['the first position', manifest.positions?.first ?? null, this.#first],
      ['the last position', manifest.positions?.last ?? null, this.#last],
      ['sha256', manifest.sha256, this.#digest.digest('hex')],
    ];
    for (const [what, said, found] of claims) {
      if (said !== found) this.#fault('file', `the manifest says ${what} ${String(said)}, found ${String(found)}`);
    }
    // A manifest that was changed says nothing of the events.
    if (this.#lineHolds) {
      const detail = 'the event is of another stream than the order that the evidence is about';
      this.#faultsAt(this.#strayPlaces, this.#strays, detail);
    }
    const sameCode = manifest.software.code !== undefined && manifest.software.code === this.#code;
    if (this.#otherReadings === 0) return;
    if (!sameCode) {
      const version = quotedFromFile(manifest.software.version);
      this.notes.push(
        `Version ${version}, as the file says, read ${counted(this.#otherReadings, 'event', 'events')} otherwise.`,
      );
      return;
    }
    this.#faultsAt(this.#otherPlaces, this.#otherReadings, 'the reading is not what follows from the events');
  }

  /** Notes faults of which the manifest decides. @param places the first of them @param count how many there are */
  #faultsAt(places: readonly Omit<VerificationFault, 'code' | 'detail'>[], count: number, detail: string): void {
    for (const place of places) addFault(this.tally, { code: 'file', detail, ...place });
    this.tally.faultCount += count - places.length;
  }
}
