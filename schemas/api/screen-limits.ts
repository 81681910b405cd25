/** What screens and the service agree on, for browsers too: without what checks it. */

/** An open order without news for longer is left over: nobody has to watch for it. Milliseconds. */
export const OLD_ORDER_MS = 12 * 3_600_000;
/** A cancellation that is older is nobody's to acknowledge any more, unless a screen has shown it before. Milliseconds. */
export const OLD_CANCELLATION_MS = 2 * 3_600_000;

/** Most locations that one connection of the live feed brings. */
export const MAX_LIVE_LOCATIONS = 20;

/** Longest name of a screen, in characters. */
export const MAX_SCREEN_NAME = 40;
/** Most display receipts in one report. With the longest ids, it is still shorter than {@link MAX_REPORT_BYTES}. */
export const MAX_RECEIPTS = 50;
/** Most bytes of a report. Browsers send no more than this when a page goes away. */
export const MAX_REPORT_BYTES = 65_536;
/** Milliseconds between two reports of a screen that has nothing new to say. */
export const REPORT_INTERVAL_MS = 10_000;
/** Milliseconds after the last report of a screen in which it counts as watching. */
export const WATCHING_MS = 3 * REPORT_INTERVAL_MS;

/** What shows the orders of a location: boards that somebody can touch, and walls that nobody can. */
export const SCREEN_KINDS = ['board', 'wall'] as const;
export type ScreenKind = (typeof SCREEN_KINDS)[number];

/** What was shown of an order: its tile, its handoff card; or an alarm sounded for it. */
export const SHOWN_PARTS = ['tile', 'card', 'alarm'] as const;
export type ShownPart = (typeof SHOWN_PARTS)[number];

/** Most characters of the address of a page that a new screen asks for. */
export const MAX_PAGE_ADDRESS = 2_000;
