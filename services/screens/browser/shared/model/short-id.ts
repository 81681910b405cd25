/** Longest id, or last part of one, that is shown whole in large type. */
const SHORT_ENOUGH = 8;
/** Characters of the end that stand for a longer one, where they distinguish it. */
const TAIL = 4;

const SEPARATORS = '-_:/#. ';

/**
 * Returns how many code units are at the end of an id by which people call it out, were it alone: `pos_order_7` ends in
 * `7`.
 */
function ownEnding(id: string): number {
  if (id.length <= SHORT_ENOUGH) return id.length;
  const part = /[-_:/#.\s]([^-_:/#.\s]+)$/.exec(id)?.[1] ?? id;
  return part.length <= SHORT_ENOUGH ? part.length : Array.from(part).slice(-TAIL).join('').length;
}

/** @returns code units at the end that two ids share */
function shared(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[one.length - 1 - length] === other[other.length - 1 - length]) length += 1;
  return length;
}

/** @returns the end of an id, a little longer where it would begin with half a character or with a separator */
function ending(id: string, length: number): string {
  let start = Math.max(0, id.length - length);
  const isLowSurrogate = (at: number): boolean => /[\udc00-\udfff]/.test(id[at] ?? '');
  while (start > 0 && (isLowSurrogate(start) || SEPARATORS.includes(id[start] ?? ''))) start -= 1;
  return id.slice(start);
}

const backwards = (id: string): string => id.split('').reverse().join('');

/** @returns the short id of each order: as much of the end of its id as distinguishes it from the others */
export function shortIds(ids: Iterable<string>): ReadonlyMap<string, string> {
  // Sorted by their ends, those that share most lie beside each other.
  const sorted = [...new Set(ids)]
    .map((id) => [backwards(id), id] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, id]) => id);
  return new Map(
    sorted.map((id, at) => {
      const most = Math.max(...[sorted[at - 1], sorted[at + 1]].map((other = '') => shared(id, other)));
      return [id, ending(id, Math.max(ownEnding(id), most + 1))];
    }),
  );
}
