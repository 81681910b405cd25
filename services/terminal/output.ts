import { printable } from './printable';

/** Writes a line, or lines, to standard output: what a command is asked for. */
export const say = (text: string): void => {
  process.stdout.write(`${printable(text)}\n`);
};

/** Writes a line, or lines, to standard error: what scripts that read the output do not need. */
export const hint = (text: string): void => {
  process.stderr.write(`${printable(text)}\n`);
};
