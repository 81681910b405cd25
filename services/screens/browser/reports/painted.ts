import type { Painted } from './model/receipts';

/** What of a board is painted where somebody can see it. */

/** Least part of a tile that has to be in view. */
const IN_VIEW = 0.5;

/** A component of the board that shows an order. */
interface ShowsOrder extends HTMLElement {
  readonly order: Pick<Painted, 'order_id' | 'revision'> | null;
  /** Something of it has changed that is not drawn yet. */
  readonly isUpdatePending: boolean;
}

/** Returns whether a point of an element is seen by who looks at the page: nothing hides it, cuts it off or covers it. */
function isInSight(element: Element, root: DocumentOrShadowRoot): boolean {
  // Not in all browsers that the pages support.
  if ('checkVisibility' in element && !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }))
    return false;
  const { left, top, width, height } = element.getBoundingClientRect();
  if (width === 0 || height === 0) return false;
  const found = root.elementFromPoint(left + width / 2, top + height / 2);
  return found !== null && element.contains(found);
}

/** Watches which tiles of a board come into view. */
export class TilesInView {
  readonly #tiles = new Map<Element, boolean>();
  readonly #observer: IntersectionObserver;

  /** @param onEnter called when tiles have come into view */
  constructor(onEnter: () => void) {
    this.#observer = new IntersectionObserver(
      (entries) => {
        for (const { target, intersectionRatio } of entries) {
          if (this.#tiles.has(target)) this.#tiles.set(target, intersectionRatio >= IN_VIEW);
        }
        onEnter();
      },
      { threshold: IN_VIEW },
    );
  }

  /** Watches these tiles from now on, and no others. */
  watch(tiles: Iterable<Element>): void {
    const now = new Set(tiles);
    for (const tile of this.#tiles.keys()) {
      if (now.has(tile)) continue;
      this.#observer.unobserve(tile);
      this.#tiles.delete(tile);
    }
    for (const tile of now) {
      if (this.#tiles.has(tile)) continue;
      this.#tiles.set(tile, false);
      this.#observer.observe(tile);
    }
  }

  isInView(tile: Element): boolean {
    return this.#tiles.get(tile) === true;
  }
}

const paintedBy = ({ order }: ShowsOrder, shown: Painted['shown']): Painted[] =>
  order === null ? [] : [{ order_id: order.order_id, revision: order.revision, shown }];

/** @returns the tiles of a board. */
export const tilesOf = (root: ParentNode): readonly ShowsOrder[] => [
  ...root.querySelectorAll<ShowsOrder>('ticket-rail-tile'),
];

/**
 * Returns what of a board will be in sight with the next frame, if there is one.
 * @param mayBeNew whether that is of interest, for looking costs
 */
export function inSight(
  root: ShadowRoot,
  view: Pick<TilesInView, 'isInView'>,
  mayBeNew: (one: Painted) => boolean,
): readonly Painted[] {
  const tiles = tilesOf(root).flatMap((tile) => {
    const found = tile.isUpdatePending ? [] : paintedBy(tile, 'tile').filter(mayBeNew);
    return found.length > 0 && view.isInView(tile) && isInSight(tile, root) ? found : [];
  });
  const card = root.querySelector<ShowsOrder>('ticket-rail-handoff');
  const cardRoot = card?.shadowRoot ?? null;
  const dialog = cardRoot?.querySelector('dialog[open]') ?? null;
  if (card === null || cardRoot === null || dialog === null || card.isUpdatePending) return tiles;
  const found = paintedBy(card, 'card').filter(mayBeNew);
  return found.length > 0 && isInSight(dialog, cardRoot) ? [...tiles, ...found] : tiles;
}
