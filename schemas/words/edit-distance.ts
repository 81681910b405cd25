/** @returns how many characters have to be added, removed or replaced to make one text of the other (Levenshtein). */
export function editDistance(one: string, other: string): number {
  const others = Array.from(other);
  let row = Array.from({ length: others.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(one).entries()) {
    const next = [i + 1];
    for (const [j, against] of others.entries()) {
      const replaced = (row[j] ?? 0) + (letter === against ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/**
 * @returns whether one text becomes the other by one slip at most: a character more, less or another, or two neighbours
 *   changed about. Characters are code units, and each is looked at once, however long texts of others are.
 */
export function isOneSlip(one: string, other: string): boolean {
  const least = Math.min(one.length, other.length);
  let start = 0;
  while (start < least && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < least - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const [a, b] = [one.slice(start, one.length - end), other.slice(start, other.length - end)];
  const areSwapped = a.length === 2 && b === a.charAt(1) + a.charAt(0);
  return areSwapped || (a.length <= 1 && b.length <= 1);
}
