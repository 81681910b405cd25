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
