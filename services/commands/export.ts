import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { LocationId, OrderId } from '../../schemas/wire/handle-order';
import { ExportQuery } from '../../schemas/api/requests';
import { EXPORT_FORMATS, type ExportFormat, exportFileName } from '../audit/export/export-events';
import type { Selection } from '../audit/export/select-events';
import { exportTo } from '../audit/export/write-export';
import { version } from '../config/version';
import { argument } from '../terminal/argument';
import { CommandError } from '../terminal/command-error';
import { count } from '../terminal/figures';
import { hint } from '../terminal/output';
import { withProgressBar } from '../terminal/progress-bar';
import { withReadableStore } from './open';

/** Events between two looks at a progress bar. */
const PROGRESS_EVENTS = 1_000;

interface ExportOptions {
  readonly location?: LocationId;
  readonly order?: OrderId;
  readonly from?: string;
  readonly to?: string;
  readonly format: ExportFormat;
  readonly out?: string;
}

const exportHistory = (options: ExportOptions): Promise<void> =>
  withReadableStore(async (store) => {
    const { location = null, order = null, from = null, to = null, format } = options;
    if (order !== null && location === null) throw new CommandError('An order is named by --location and --order.');
    const exportedAt = new Date().toISOString();
    const scope = { location_id: location, order_id: order, streams: location === null ? 'all' : 'orders' } as const;
    const selection: Selection = { scope, from, to };
    const out = options.out ?? exportFileName(selection, format, exportedAt);
    const end = await store.lastPosition();
    const shown = 'Exporting [{bar}] {percentage}% | {events} events | {eta_formatted} left';
    const manifest = await withProgressBar(shown, (bar) => {
      bar.begin(Number(end ?? 0), { events: 0 });
      return exportTo({
        store,
        selection,
        format,
        out: out === '-' ? process.stdout : resolve(out),
        version,
        exportedAt,
        end,
        onProgress: (position, events) => {
          if (events % PROGRESS_EVENTS === 0) bar.update(Number(position), { events });
        },
      });
    });
    hint(
      `Exported ${count(manifest.events)} events of ${count(manifest.streams)} streams` +
        `${out === '-' ? '' : ` to ${out}`}. SHA-256: ${manifest.sha256}`,
    );
  });

/** Adds `ticket-rail export`, which writes the history of an order, a location or everything to a file. */
export const addExportCommand = (program: Command): Command =>
  program
    .command('export')
    .description('write the history of an order, a location or everything to a file, whether or not the service runs')
    .option('--location <id>', 'only of this location', argument(LocationId))
    .option('--order <id>', 'only of this order of the location', argument(OrderId))
    .option('--from <time>', 'only events received at this time or later (RFC 3339)', argument(ExportQuery.shape.from))
    .option('--to <time>', 'only events received before this time (RFC 3339)', argument(ExportQuery.shape.to))
    .addOption(new Option('--format <format>', 'format of the file').choices([...EXPORT_FORMATS]).default('ndjson'))
    .option(
      '--out <file>',
      'where to write; - is standard output (default: a name made from the selection and the time)',
    )
    .action(exportHistory);
