/** Pages of lists of which one item more is asked for than a page holds, to know whether there are more. */

export interface CutPage<Item> {
  readonly items: readonly Item[];
  /** The last item of the page, after which the next page begins; null: this is the last page. */
  readonly last: Item | null;
}

/** Cuts a page off what was found, of which one more than `limit` suffices. */
export function cutPage<Item>(found: readonly Item[], limit: number): CutPage<Item> {
  const items = found.slice(0, limit);
  return { items, last: found.length > limit ? (items.at(-1) ?? null) : null };
}
