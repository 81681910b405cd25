import type { Order } from '../../../../../../schemas/api/order-view';
import { sourceWords } from '../../../../../../schemas/words/source-words';
import { WITHHELD } from '../../../../../../schemas/events/withheld';

/**
 * What stands on the paper that goes with an order. It lies on the shelf with the bag, where every driver can read it: so
 * nothing by which a driver proves to be the right one.
 */
export interface Slip {
  /** What the driver calls the order, in the largest letters. */
  readonly number: string;
  /** The delivery service, or else the brand. */
  readonly source: string | null;
  /** The customer's first name and initial. */
  readonly name: string | null;
  readonly items: number | null;
  readonly location: string;
  /** Whole, and in the code that scanners read. */
  readonly orderId: string;
}

/** Returns the slip of an order. @param shortId what people call it where nobody gave it a number */
export function slipOf(order: Order, shortId: string): Slip {
  const { number, source, brand, name, items } = order.label ?? {};
  return {
    number: number ?? shortId,
    source: source === undefined ? (brand ?? null) : sourceWords(source),
    name: name === undefined || name === WITHHELD ? null : name,
    items: items ?? null,
    location: order.location_id,
    orderId: order.order_id,
  };
}

/** Millimetres of the paper: its width is that of the rolls of receipt printers, which print on 72 mm of it. */
export const PAPER = { width: 80, margin: 4, slip: 72 } as const;

/** Paper that is not taller than it is wide gets turned by printers. */
const LEAST_HEIGHT_MM = PAPER.width + 1;

/** Height of the paper for a slip, in whole millimetres: rolls have no height of their own. @param slipMm height of the slip */
export const paperHeight = (slipMm: number): number => Math.max(LEAST_HEIGHT_MM, Math.ceil(slipMm) + 2 * PAPER.margin);

/** Largest and smallest height of the letters of the number, in millimetres. */
const NUMBER_MM = { most: 22, least: 8 } as const;
/** Width of a wide letter by its height. */
const LETTER_WIDTH = 0.7;

/** Returns the height of letters in millimetres with which a number stands in one line, as far as they can be read. */
export const numberSize = (number: string): number =>
  Math.max(NUMBER_MM.least, Math.min(NUMBER_MM.most, PAPER.slip / (LETTER_WIDTH * Math.max(1, number.length))));

/** Returns the outline of the dark modules of a code as data of an SVG path, one unit a module. */
export const modulesPath = (rows: readonly (readonly boolean[])[]): string =>
  rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${String(x)} ${String(y)}h1v1h-1z` : ''))).join('');
