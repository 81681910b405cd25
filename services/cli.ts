#!/usr/bin/env node
import { Command } from 'commander';
import { SingleBar } from 'cli-progress';
import { version } from './version';
import { readConfig } from './config';
import { takeDataDirectory } from './data-directory';
import { openEventStore } from './event-store/open';
import type { EventStore, Position } from './event-store/event-store';
import { foldVersion } from './read-model/fold-version';
import { deleteOrderTable } from './read-model/order-table';
import { startProjector } from './read-model/start-projector';

async function endOf(store: EventStore): Promise<Position | null> {
  for await (const { position } of store.subscribe({ after: 'end' })) return position;
  return null;
}

/** Makes the read model anew from the log, with the projector that the service runs. */
async function rebuild(): Promise<void> {
  const config = readConfig();
  const directory = takeDataDirectory(config.dataDir, process.pid, new Date().toISOString());
  try {
    const store = await openEventStore({ url: config.eventStoreUrl, logFile: directory.logFile, now: Date.now });
    const end = Number((await endOf(store)) ?? 0);
    deleteOrderTable(directory.readModelFile);
    const bar = new SingleBar({
      format: 'Rebuilding [{bar}] {percentage}% | {events} events | {eta_formatted} left',
      hideCursor: true,
      stream: process.stderr,
    });
    bar.start(Math.max(1, end), 0, { events: 0 });
    const begun = performance.now();
    const events = await new Promise<number>((resolve, reject) => {
      const projector = startProjector({
        store,
        logFile: config.eventStoreUrl === null ? directory.logFile : null,
        file: directory.readModelFile,
        version: foldVersion(),
        tell: (news) => {
          if (news.kind === 'failed')
            void projector.stop().then(() => {
              reject(new Error(news.message));
            });
          if (news.kind !== 'progress') return;
          const { position, caughtUp, events: done } = news.progress;
          bar.update(Number(position ?? end), { events: done });
          if (caughtUp)
            void projector.stop().then(() => {
              resolve(done);
            });
        },
      });
    }).finally(() => {
      bar.stop();
    });
    const seconds = (performance.now() - begun) / 1_000;
    await store.close();
    process.stdout.write(`Rebuilt the read model from ${String(events)} events in ${seconds.toFixed(2)} s.\n`);
  } finally {
    directory.release();
  }
}

async function main(): Promise<void> {
  const program = new Command('ticket-rail')
    .description("The POS side of Stream's order status updates. Configured by the environment; README.md lists it.")
    .version(version);
  program
    .command('start')
    .description('run the service until SIGTERM')
    .action(async () => {
      const { start } = await import('./start.js'); // the other commands begin sooner without the web server
      await start();
    });
  program
    .command('rebuild')
    .description('make the read model anew from the log, while the service does not run')
    .action(rebuild);
  await program.parseAsync();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
