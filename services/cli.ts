#!/usr/bin/env node
import { Command } from 'commander';
import { SingleBar } from 'cli-progress';
import { version } from './version';
import { readConfig } from './config';
import { takeDataDirectory } from './data-directory';
import { openEventStore } from './event-store/open';
import type { EventStore, Position } from './event-store/event-store';
import { foldVersion } from './read-model/fold-version';
import { deleteOrderTable, openOrderTable } from './read-model/order-table';
import { runProjector } from './read-model/projector';
import { start } from './start';

async function endOf(store: EventStore): Promise<Position | null> {
  for await (const { position } of store.subscribe({ after: 'end' })) return position;
  return null;
}

/** Makes the read model anew from the log. */
async function rebuild(): Promise<void> {
  const config = readConfig();
  const directory = takeDataDirectory(config.dataDir, process.pid, new Date().toISOString());
  try {
    const store = await openEventStore({ url: config.eventStoreUrl, logFile: directory.logFile, now: Date.now });
    deleteOrderTable(directory.readModelFile);
    const table = openOrderTable(directory.readModelFile, foldVersion());
    const end = Number((await endOf(store)) ?? 0);
    const bar = new SingleBar({
      format: 'Rebuilding [{bar}] {percentage}% | {events} events | {eta_formatted} left',
      hideCursor: true,
      stream: process.stderr,
    });
    bar.start(Math.max(1, end), 0, { events: 0 });
    const stop = new AbortController();
    const begun = performance.now();
    let done = 0;
    await runProjector({
      source: store,
      table,
      signal: stop.signal,
      onProgress: ({ position, caughtUp, events }) => {
        done = events;
        bar.update(Number(position ?? 0), { events });
        if (caughtUp) stop.abort();
      },
    });
    const seconds = (performance.now() - begun) / 1_000;
    bar.update(Math.max(1, end));
    bar.stop();
    table.close();
    await store.close();
    process.stdout.write(`Rebuilt the read model from ${String(done)} events in ${seconds.toFixed(2)} s.\n`);
  } finally {
    directory.release();
  }
}

async function main(): Promise<void> {
  const program = new Command('ticket-rail')
    .description("The POS side of Stream's order status updates. Configured by the environment; README.md lists it.")
    .version(version);
  program.command('start').description('run the service until SIGTERM').action(start);
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
