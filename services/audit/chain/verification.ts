import type { RecordedEvent } from '../../event-store/event-store';
import { type EventResult, type EventRules, type VerificationFault, verifyEvent } from './verify-event';
import type { StreamHeads } from './stream-heads';

/** Most faults that are kept; more are counted. */
export const MAX_FAULTS = 100;

/** What is added up while events are verified: all that has to be kept to go on later. */
export interface Tally {
  events: number;
  /** Events without hashes, which versions before the chain wrote, and others never had. */
  unsealed: number;
  firstUnsealed: string | null;
  /** Streams that begin after events which are not there. */
  begun: number;
  faultCount: number;
  faults: VerificationFault[];
}

export const emptyTally = (): Tally => ({
  events: 0,
  unsealed: 0,
  firstUnsealed: null,
  begun: 0,
  faultCount: 0,
  faults: [],
});

/** Why something that nothing contradicts cannot be said to hold: that much of it could not be verified. */
export interface Doubt {
  readonly kind: 'withheld' | 'no manifest' | 'cut' | 'page not checked';
  /** A sentence. */
  readonly detail: string;
}

/** Adds a fault, as long as there is room for it. */
export function addFault(tally: Tally, fault: VerificationFault): void {
  tally.faultCount++;
  if (tally.faults.length < MAX_FAULTS) tally.faults.push(fault);
}

/** @returns where something is wrong. */
export const placeOf = (
  { position, stream, revision }: Pick<RecordedEvent, 'position' | 'stream' | 'revision'>,
  line: number | null = null,
): Omit<VerificationFault, 'code' | 'detail'> => ({ position, stream, revision, line });

/** A fault of a file or database that no event has. */
export const NOWHERE: Omit<VerificationFault, 'code' | 'detail'> = {
  position: null,
  stream: null,
  revision: null,
  line: null,
};

/**
 * Verifies the next event and adds what came of it.
 * @param excused whether a fault of the chain is none, because the stream was deleted before this event
 */
export function tallyEvent(
  tally: Tally,
  event: RecordedEvent,
  line: number | null,
  heads: StreamHeads,
  rules: EventRules,
  excused: (event: RecordedEvent) => boolean = () => false,
): EventResult {
  const result = verifyEvent(event, heads, rules);
  tally.events++;
  if (!result.sealed) {
    tally.unsealed++;
    tally.firstUnsealed ??= event.position;
  }
  for (const { code, detail } of result.faults) {
    if (code === 'chain' && excused(event)) continue;
    addFault(tally, { code, detail, ...placeOf(event, line) });
  }
  return result;
}

/**
 * Returns the faults as they are reported: the first position that does not hold comes first, what has no place comes
 * last.
 */
export function inOrder(faults: readonly VerificationFault[]): readonly VerificationFault[] {
  const rank = ({ position, line }: VerificationFault): [number, bigint] => [
    line ?? (position === null ? Infinity : 0),
    position === null ? -1n : BigInt(position),
  ];
  return [...faults].sort((one, other) => {
    const [[lineOne, positionOne], [lineOther, positionOther]] = [rank(one), rank(other)];
    if (lineOne !== lineOther) return lineOne - lineOther;
    return positionOne < positionOther ? -1 : positionOne > positionOther ? 1 : 0;
  });
}
