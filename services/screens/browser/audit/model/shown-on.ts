import type { OrderReceipt } from '../../../../../schemas/api/screen-reports';

/** What one screen says that it showed of an order at a revision. Times are milliseconds since the epoch. */
export interface ShownOn {
  readonly name: string;
  /** When its tile was painted first; null: it says nothing of that. */
  readonly tile: number | null;
  readonly card: number | null;
  readonly alarm: number | null;
  /** How far its clock is behind that of the service, if that matters; negative: before it. Milliseconds. */
  readonly clockBehind: number | null;
}

/** By the revisions of an order, of each the screen first that showed it first. */
export type ScreensByRevision = ReadonlyMap<number, readonly ShownOn[]>;

export const NO_SCREENS: ScreensByRevision = new Map();

/** Milliseconds between two clocks that nobody has to know of: a report takes some time as well. */
const CLOSE_MS = 2_000;

/** The first time of what a screen showed. */
const firstOf = ({ tile, card, alarm }: ShownOn): number =>
  Math.min(...[tile, card, alarm].map((at) => at ?? Number.POSITIVE_INFINITY));

/** @returns what screens say by the revisions of an order, of each the first that showed it first */
export function shownByRevision(receipts: readonly OrderReceipt[]): ScreensByRevision {
  const byRevision = new Map<number, Map<string, ShownOn>>();
  for (const { revision, shown, shown_at, screen_id, name, reader, clock_offset_ms } of receipts) {
    const screens = byRevision.get(revision) ?? new Map<string, ShownOn>();
    byRevision.set(revision, screens);
    const key = `${screen_id} ${reader ?? ''}`;
    const clockBehind = Math.abs(clock_offset_ms) > CLOSE_MS ? clock_offset_ms : null;
    const known = screens.get(key) ?? { name, tile: null, card: null, alarm: null, clockBehind };
    screens.set(key, { ...known, [shown]: known[shown] ?? Date.parse(shown_at) });
  }
  return new Map(
    [...byRevision].map(([revision, screens]) => [
      revision,
      [...screens.values()].sort((one, other) => firstOf(one) - firstOf(other)),
    ]),
  );
}
