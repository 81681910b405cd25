import { resolve } from 'node:path';
import type { Command } from 'commander';
import { LocationId, OrderId } from '../../schemas/wire/handle-order';
import { TimeZone } from '../../schemas/files/locations';
import { DEFAULT_TIME_ZONE } from '../../schemas/api/requests';
import { checkpointsOf } from '../audit/checkpoints/checkpoint-files';
import { signedEvidence } from '../audit/checkpoints/proofs';
import { writeEvidence } from '../audit/evidence/write-evidence';
import { evidenceFormat, exportFileName } from '../audit/export/export-events';
import type { Selection } from '../audit/export/select-events';
import { version } from '../config/version';
import { dataFiles } from '../event-store/data-directory';
import { fingerprint } from '../handle-order/receive/signature';
import { readLocations } from '../locations/open-locations';
import { argument } from '../terminal/argument';
import { count } from '../terminal/figures';
import { say } from '../terminal/output';
import { withReadableStore } from './open';

interface EvidenceOptions {
  readonly location: LocationId;
  readonly order: OrderId;
  readonly out?: string;
  readonly timeZone?: string;
  readonly withholdContacts?: true;
  readonly force?: true;
}

const evidence = ({ location, order, out, withholdContacts, force, ...asked }: EvidenceOptions): Promise<void> =>
  withReadableStore(async (store, config) => {
    const { name: locationName, time_zone } = (await readLocations(config.locationsFile))(location);
    const timeZone = asked.timeZone ?? time_zone ?? DEFAULT_TIME_ZONE;
    const key = { location_id: location, order_id: order };
    const exportedAt = new Date().toISOString();
    const selection: Selection = { scope: { ...key, streams: 'orders' }, from: null, to: null };
    const withheld = withholdContacts === true;
    const path = resolve(out ?? exportFileName(selection, evidenceFormat(withheld), exportedAt));
    const secrets = config.webhookSecrets.map(fingerprint);
    const place = checkpointsOf(config, dataFiles(config.dataDir));
    const signed = signedEvidence(place);
    const options = { key, secrets, signed, withheld, locationName, timeZone, version, exportedAt };
    const events = await writeEvidence(store, options, { out: path, force: force === true });
    say(`Wrote the evidence of ${count(events)} events to ${path}${withheld ? ', with contacts withheld' : ''}.`);
  });

/** Adds `ticket-rail evidence`, which writes all that is known of an order into one file for a dispute. */
export const addEvidenceCommand = (program: Command): Command =>
  program
    .command('evidence')
    .description('write everything about an order, with a report, into one file, whether or not the service runs')
    .requiredOption('--location <id>', 'location of the order', argument(LocationId))
    .requiredOption('--order <id>', 'id of the order', argument(OrderId))
    .option('--out <file>', 'where to write (default: a name made from the order and the time)')
    .option(
      '--time-zone <name>',
      `by whose clocks to show times, beside UTC (default: that of LOCATIONS_FILE, or else ${DEFAULT_TIME_ZONE})`,
      argument(TimeZone),
    )
    .option('--withhold-contacts', 'leave out phones and passcodes, and what they could be found from')
    .option('--force', 'replace the file, if it is there')
    .action(evidence);
