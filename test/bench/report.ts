/** One goal and whether this run met it. */
export interface Goal {
  readonly name: string;
  readonly goal: string;
  readonly figure: string;
  readonly met: boolean;
}

/** What one part of a run has to say. */
export interface Part {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly goals: readonly Goal[];
  /** Every measurement, for `bench-results.json`. */
  readonly measurements: unknown;
}

/** @returns the middle one, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

/** `12,345` or, with digits, `1.23`. */
export function figure(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The smallest and the largest, as a range. */
export function range(values: readonly number[], digits = 0): string {
  return `${figure(Math.min(...values), digits)}-${figure(Math.max(...values), digits)}`;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ');
  return [line(columns), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** Prints a part and its goals. */
export function printPart({ title, columns, rows, goals }: Part): void {
  console.log(`\n${title}\n\n${table(columns, rows)}`);
  for (const { name, goal, figure: is, met } of goals) {
    console.log(`  ${met ? 'met    ' : 'NOT MET'}  ${name}: ${is} (goal ${goal})`);
  }
}
