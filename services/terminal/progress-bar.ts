import { SingleBar } from 'cli-progress';

/**
 * Runs an action with a progress bar on standard error, which is there until the action ends, however it ends. Where
 * standard error is no terminal, nothing is shown.
 * @param format of cli-progress: `{bar}`, `{percentage}`, `{value}`, `{eta_formatted}` and the names of what `begin` and
 *   `update` are given
 */
export async function withProgressBar<Result>(
  format: string,
  action: (bar: ProgressBar) => Promise<Result>,
): Promise<Result> {
  const bar = new SingleBar({ format, stream: process.stderr });
  try {
    return await action({
      begin: (total, shown = {}) => {
        bar.start(atLeastOne(total), 0, shown);
      },
      total: (total) => {
        bar.setTotal(atLeastOne(total));
      },
      update: (value, shown = {}) => {
        bar.update(value, shown);
      },
    });
  } finally {
    bar.stop();
  }
}

type Shown = Readonly<Record<string, string | number>>;

export interface ProgressBar {
  /** Shows the bar from its beginning; may be called once more for another phase. */
  begin(total: number, shown?: Shown): void;
  total(total: number): void;
  update(value: number, shown?: Shown): void;
}

/** A bar of nothing would show no percentage. */
const atLeastOne = (total: number): number => Math.max(1, total);
