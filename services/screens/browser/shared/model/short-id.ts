/** Longest id that is shown whole in large type. */
const SHORT_ENOUGH = 8;
/** Characters of the end that stand for a long id. */
const TAIL = 6;

/** The end of an order's id, by which people call it out: `pos_order_123` is `123`. */
function shorten(id: string): string {
  if (id.length <= SHORT_ENOUGH) return id;
  const part = /[-_:/#.\s]([^-_:/#.\s]+)$/.exec(id)?.[1] ?? '';
  if (part.length >= 3 && part.length <= SHORT_ENOUGH) return part;
  return `…${Array.from(id.slice(-2 * TAIL))
    .slice(-TAIL)
    .join('')}`;
}

/** @returns the short id of each order; where two would be the same, both are shown whole. */
export function shortIds(ids: Iterable<string>): ReadonlyMap<string, string> {
  const short = new Map<string, string>();
  const users = new Map<string, number>();
  for (const id of ids) {
    const name = shorten(id);
    short.set(id, name);
    users.set(name, (users.get(name) ?? 0) + 1);
  }
  for (const [id, name] of short) if ((users.get(name) ?? 0) > 1) short.set(id, id);
  return short;
}
