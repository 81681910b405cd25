import { setImmediate as nextTurn } from 'node:timers/promises';
import { hashOf } from '../../../schemas/events/order-events';
import type { StreamName } from '../../../schemas/events/stream-name';
import { parsePosition, type RecordedEvent } from '../../event-store/event-store';
import { checkLogFile, inspectLog, type ReadableStore } from '../../event-store/open';
import { readIfThere } from '../../event-store/reads';
import { sqliteCodeOf } from '../../event-store/sqlite-error';
import type { Progressed } from './saved-state';
import type { Verified, Watch } from './verified';
import { StreamHeads } from '../chain/stream-heads';
import {
  addFault,
  emptyTally,
  inOrder,
  MAX_FAULTS,
  NOWHERE,
  placeOf,
  type Tally,
  tallyEvent,
} from '../chain/verification';
import { chainFault, type EventRules, type VerificationFault } from '../chain/verify-event';

/**
 * A check that needs all of a log, beside those of each event: it sees every event in the order of the log, and says at
 * the end what does not hold. Signed checkpoints are one.
 */
export interface LogCheck {
  see(event: RecordedEvent): void;
  /** Called once, after the last event. */
  finish(): readonly VerificationFault[] | Promise<readonly VerificationFault[]>;
  /** Returns what {@link restore} needs to go on, as JSON. */
  save(): unknown;
  restore(saved: unknown): void;
}

interface StoreOptions {
  readonly subject: string;
  readonly checks: readonly LogCheck[];
  /** For {@link StreamHeads}. */
  readonly seed: number;
  readonly resume: Progressed | null;
  readonly watch: Watch;
}

const STORE_RULES: EventRules = { withheld: false, gaps: false };
/** Events read at a time. */
const PAGE_EVENTS = 512;
/** Of the embedded store; an event before it would be hidden from all who read. */
const FIRST_POSITION = 1;
const BEFORE_ALL = -Number.MAX_SAFE_INTEGER;

const describe = (error: unknown): string =>
  `${sqliteCodeOf(error) ?? 'error'}: ${error instanceof Error ? error.message : String(error)}`;

const positionText = (position: number) => parsePosition(String(position));

function begin({ resume, seed, checks }: StoreOptions) {
  const tally = resume?.tally ?? emptyTally();
  const heads = new StreamHeads(seed, undefined, resume?.heads);
  const saved = resume?.rest['checks'];
  if (Array.isArray(saved)) for (const [index, check] of checks.entries()) check.restore(saved[index]);
  return { tally, heads };
}

async function finish(tally: Tally, checks: readonly LogCheck[], notes: readonly string[]): Promise<Verified> {
  for (const check of checks) for (const fault of await check.finish()) addFault(tally, fault);
  return { tally, faults: inOrder(tally.faults), notes };
}

/** Finds positions that are missing: the embedded store gives every one, and remembers those that it removed. */
class PositionGaps {
  #removed: Iterator<number> | null = null;
  #next: number | undefined;

  readonly #removedAfter: (position: number) => Iterator<number>;

  constructor(removedAfter: (position: number) => Iterator<number>) {
    this.#removedAfter = removedAfter;
  }

  /** @returns the first and the last of the positions between two others that nothing accounts for, or null. */
  between(before: number, after: number): readonly [number, number] | null {
    if (after <= before + 1) return null;
    if (this.#removed === null) {
      this.#removed = this.#removedAfter(before);
      this.#step();
    }
    while (this.#next !== undefined && this.#next <= before) this.#step();
    let [first, last] = [0, 0];
    for (let position = before + 1; position < after; position++) {
      if (this.#next === position) {
        this.#step();
        continue;
      }
      if (this.#next === undefined || this.#next > after) {
        return [first === 0 ? position : first, after - 1];
      }
      if (first === 0) first = position;
      last = position;
    }
    return first === 0 ? null : [first, last];
  }

  #step(): void {
    const next = this.#removed?.next();
    this.#next = next?.done === true ? undefined : next?.value;
  }
}

/** @param gap the first and the last position without an event */
function gapFault([first, last]: readonly [number, number]): VerificationFault {
  const detail = first === last ? 'the event is missing' : `the events up to position ${String(last)} are missing`;
  return { code: 'position', detail, ...NOWHERE, position: positionText(first) };
}

/** @param text what SQLite says of its file, with the row if it names one */
function damageFault(text: string): VerificationFault {
  const row = /\brow (\d+)\b/i.exec(text)?.[1];
  return {
    code: 'database',
    detail: text,
    ...NOWHERE,
    position: row === undefined ? null : positionText(Number(row)),
  };
}

/**
 * Verifies the embedded store from its file, read-only, as it stands at this moment. Damage that SQLite finds is a
 * fault among others.
 */
export async function verifySqliteStore(file: string, options: StoreOptions): Promise<Verified> {
  const { checks, subject, watch, resume } = options;
  const { tally, heads } = begin(options);
  const damage = checkLogFile(file, MAX_FAULTS).catch((error: unknown) => [describe(error)]);
  let after = typeof resume?.at === 'number' ? resume.at : BEFORE_ALL;
  try {
    const log = inspectLog(file);
    try {
      const total = log.lastPosition() ?? 0;
      const gaps = new PositionGaps((position) => log.removedPositions(position));
      const wasDeleted = ({ stream, revision }: RecordedEvent): boolean => log.wasRemoved(stream, revision - 1);
      const lookForGap = (position: number): void => {
        const gap = gaps.between(Math.max(after, FIRST_POSITION - 1), position);
        if (gap === null) return;
        addFault(tally, gapFault(gap));
      };
      for (;;) {
        const rows = log.page(after, PAGE_EVENTS);
        for (const row of rows) {
          if (row.position < FIRST_POSITION) {
            const detail = `there is an event at position ${String(row.position)}, which no store gives`;
            addFault(tally, { code: 'position', detail, ...NOWHERE });
            after = row.position;
            continue;
          }
          lookForGap(row.position);
          after = row.position;
          if (row.kind === 'malformed') {
            const place = {
              position: positionText(row.position),
              stream: row.stream,
              revision: row.revision,
              line: null,
            };
            addFault(tally, { code: 'form', detail: row.detail, ...place });
            if (row.event === null) {
              tally.events++;
              heads.forget(row.stream, row.revision);
              continue;
            }
          }
          const { event } = row;
          if (event === null) continue;
          const result = tallyEvent(tally, event, null, heads, STORE_RULES, wasDeleted);
          if (result.begins) {
            const fault = beginningFault(event, log.eventAt(event.stream, event.revision - 1), wasDeleted(event));
            if (fault !== null) addFault(tally, { ...fault, ...placeOf(event) });
          }
          for (const check of checks) check.see(event);
        }
        watch.onProgress(after, total, tally.events);
        if (rows.length < PAGE_EVENTS) break;
        const at = after;
        watch.onResumable(() => ({
          subject,
          tally,
          at,
          rest: { checks: checks.map((check) => check.save()) },
          heads: heads.save(),
          streams: null,
        }));
        await nextTurn();
      }
      lookForGap(total + 1);
    } finally {
      log.close();
    }
  } catch (error) {
    if (sqliteCodeOf(error) === null) throw error;
    const position = after < FIRST_POSITION ? null : positionText(after);
    const detail = `nothing can be read${position === null ? '' : ` after position ${position}`}: ${describe(error)}`;
    addFault(tally, { code: 'database', detail, ...NOWHERE, position });
  }
  for (const text of await damage) addFault(tally, damageFault(text));
  return finish(tally, checks, []);
}

/**
 * Returns what is wrong with an event of which nothing before is known, though its revision is not the first; null if
 * nothing is.
 * @param before the event before it, if the store has it after all
 * @param wasDeleted whether the log remembers that the event before it was deleted
 */
function beginningFault(
  event: RecordedEvent,
  before: RecordedEvent | null,
  wasDeleted: boolean,
): Pick<VerificationFault, 'code' | 'detail'> | null {
  if (before === null) {
    if (wasDeleted) return null;
    return { code: 'revision', detail: `revision ${String(event.revision - 1)} is missing before it` };
  }
  const hash = hashOf(before, 'event_hash');
  const head = { sealed: hash !== null, is: (other: string) => other === hash };
  return chainFault(event, hashOf(event, 'event_hash') !== null, hashOf(event, 'previous_hash'), head);
}

/**
 * Verifies a store that is elsewhere, through its protocol. Its positions have gaps, so only streams show what is
 * missing.
 */
export async function verifyRemoteStore(store: ReadableStore, options: StoreOptions): Promise<Verified> {
  const { checks, subject, watch, resume } = options;
  const { tally, heads } = begin(options);
  const last = await store.lastPosition();
  const from = typeof resume?.at === 'string' ? parsePosition(resume.at) : null;
  let page = 0;
  for await (const event of store.readAll(from === null ? {} : { from })) {
    if (event.position === from) continue;
    const known = tally.faults.length;
    const result = tallyEvent(tally, event, null, heads, STORE_RULES);
    if (result.begins) tally.begun++;
    if (tally.faults.slice(known).some(({ code }) => code === 'chain') && hashOf(event, 'previous_hash') === null) {
      // A stream that was deleted and began anew: what was before it may still be in the log until it is scavenged.
      for await (const { revision } of readIfThere(store, event.stream, { limit: 1 })) {
        if (revision < event.revision) continue;
        tally.faults = tally.faults.filter((fault, index) => index < known || fault.code !== 'chain');
        tally.faultCount--;
      }
    }
    for (const check of checks) check.see(event);
    if (++page % PAGE_EVENTS !== 0) continue;
    watch.onProgress(Number(event.position), Number(last ?? 0), tally.events);
    watch.onResumable(() => ({
      subject,
      tally,
      at: event.position,
      rest: { checks: checks.map((check) => check.save()) },
      heads: heads.save(),
      streams: null,
    }));
  }
  return finish(tally, checks, []);
}

/** Verifies one stream of a store. */
export async function verifyStream(
  source: { readonly file: string } | { readonly store: ReadableStore },
  stream: StreamName,
  seed: number,
): Promise<Verified> {
  const tally = emptyTally();
  const heads = new StreamHeads(seed);
  const verify = (event: RecordedEvent): void => {
    if (tallyEvent(tally, event, null, heads, STORE_RULES).begins) tally.begun++;
  };
  if ('store' in source) {
    for await (const event of readIfThere(source.store, stream)) verify(event);
    return finish(tally, [], []);
  }
  let next = 0;
  try {
    const log = inspectLog(source.file);
    try {
      for (let full = true; full;) {
        const rows = log.streamPage(stream, next, PAGE_EVENTS);
        for (const row of rows) {
          if (row.kind === 'malformed') {
            const { revision, detail } = row;
            addFault(tally, {
              code: 'form',
              detail,
              position: positionText(row.position),
              stream,
              revision,
              line: null,
            });
          }
          if (row.event !== null) verify(row.event);
          if (
            row.event !== null &&
            tally.events === 1 &&
            row.event.revision > 0 &&
            !log.wasRemoved(stream, row.event.revision - 1)
          ) {
            const detail = `revision ${String(row.event.revision - 1)} is missing before it`;
            addFault(tally, { code: 'revision', detail, ...placeOf(row.event) });
          }
          next = (row.kind === 'event' ? row.event.revision : row.revision) + 1;
        }
        full = rows.length === PAGE_EVENTS;
      }
    } finally {
      log.close();
    }
  } catch (error) {
    if (sqliteCodeOf(error) === null) throw error;
    addFault(tally, { code: 'database', detail: describe(error), ...NOWHERE, stream });
  }
  return finish(tally, [], []);
}
