#!/usr/bin/env node
import { createProgram } from './commands/program';
import { EXIT_FAILED, EXIT_NOBODY_READS } from './terminal/exit-codes';
import { hint } from './terminal/output';

async function main(): Promise<void> {
  // The reader of the output has seen enough, as `head` has: a command ends without an error then, as others do.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT_NOBODY_READS);
  });
  try {
    const args = process.argv.slice(2);
    const program = await createProgram(args);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    hint(error instanceof Error ? error.message : String(error));
    process.exitCode = EXIT_FAILED;
  }
}

void main();
