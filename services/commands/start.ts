import type { Command } from 'commander';

/** Adds `ticket-rail start`, which runs the service. */
export const addStartCommand = (program: Command): Command =>
  program
    .command('start')
    .description('run the service until SIGTERM')
    .action(async () => {
      const { start } = await import('../server/start.js'); // the other commands begin sooner without the web server
      await start();
    });
