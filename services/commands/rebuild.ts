import type { Command } from 'commander';
import { endOf } from '../operations/copy/copy-store';
import { deleteOrderTable } from '../read-model/order-table/schema';
import { secondsSince } from '../terminal/figures';
import { say } from '../terminal/output';
import { withProgressBar } from '../terminal/progress-bar';
import { startAndCatchUp } from './catch-up';
import { withStore } from './open';

const rebuild = (): Promise<void> =>
  withStore(async (config, files, store) => {
    const end = Number((await endOf(store)) ?? 0);
    deleteOrderTable(files.readModelFile);
    const begun = performance.now();
    let events = 0;
    await withProgressBar('Rebuilding [{bar}] {percentage}% | {events} events | {eta_formatted} left', async (bar) => {
      bar.begin(end, { events });
      const projector = await startAndCatchUp(config, files, (progress) => {
        events = progress.events;
        bar.update(Number(progress.folded ?? end), { events });
      });
      await projector.stop();
    });
    say(`Rebuilt the read model from ${String(events)} events in ${secondsSince(begun)}.`);
  });

/** Adds `ticket-rail rebuild`, which makes the read model anew from the log. */
export const addRebuildCommand = (program: Command): Command =>
  program
    .command('rebuild')
    .description('make the read model anew from the log, while the service does not run')
    .action(rebuild);
