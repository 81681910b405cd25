import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { CheckpointSigner, coveredBy } from '../audit/checkpoints/checkpoint-signer';
import { checkpointsOf } from '../audit/checkpoints/checkpoint-files';
import { describeRestore } from '../audit/checkpoints/restores';
import type { Config } from '../config/config';
import { retentionDays } from '../config/environment';
import type { DataFiles } from '../event-store/data-directory';
import type { EventStore, Position } from '../event-store/event-store';
import { deleteOldAccesses } from '../operations/retention/access-retention';
import { deleteOldReceipts } from '../operations/retention/receipt-retention';
import { newestStored, readKnownTime, writeKnownTime } from '../operations/retention/known-time';
import { countOld, type RetentionResult, runRetention } from '../operations/retention/run-retention';
import {
  describeHold,
  type Hold,
  holdOf,
  MILLISECONDS_PER_DAY,
  TrustedClock,
} from '../operations/retention/trusted-clock';
import { OrderTableReader } from '../read-model/order-table/reader';
import type { RunningProjector } from '../read-model/start-projector';
import { argument } from '../terminal/argument';
import { CommandError } from '../terminal/command-error';
import { count } from '../terminal/figures';
import { hint, say } from '../terminal/output';
import { startAndCatchUp } from './catch-up';
import { withStore } from './open';

interface RetainOptions {
  readonly days: number;
  readonly dryRun?: boolean;
  readonly confirm?: boolean;
}

/** @returns what the clock says to a command, which somebody runs on purpose and which does not wait. */
async function lookAtClock(days: number, files: DataFiles, store: EventStore) {
  const known = readKnownTime(files.knownTimeFile) ?? (await newestStored(store));
  const look = new TrustedClock({ days, known, now: Date.now, monotonic: () => performance.now(), settleMs: 0 }).look();
  return look.kind === 'settling' ? ({ kind: 'trusted', now: Date.now() } as const) : look;
}

/** @throws {Error} if something is to be deleted that nobody confirmed. */
function assertConfirmed(reason: Hold | null, { dryRun = false, confirm = false }: RetainOptions): void {
  if (reason === null || confirm) return;
  const text = `${describeHold(reason)}. Look at the clock; if this is what you want, add --confirm.`;
  if (!dryRun) throw new CommandError(`Nothing was deleted: ${text}`);
  hint(`Without --dry-run nothing would be deleted: ${text}`);
}

/** Signs a checkpoint, because nothing is deleted that none covers. @returns up to where one covers the log. */
async function signCheckpoint(config: Config, files: DataFiles, store: EventStore): Promise<Position | null> {
  const signer = new CheckpointSigner(store, checkpointsOf(config, files), Date.now);
  const { newest, restore, complaints } = await signer.sign(new AbortController().signal);
  for (const complaint of complaints) hint(complaint);
  if (restore !== null) hint(`The log lost events, which was ${describeRestore(restore)}.`);
  return coveredBy(newest);
}

function sayResult({ deleted, forgotten, kept, unreported }: RetentionResult, cutoff: number, dryRun: boolean): void {
  const before = `that had their last update before ${new Date(cutoff).toISOString()}`;
  say(`${dryRun ? 'Would delete' : 'Deleted'} ${count(deleted)} finished orders ${before}.`);
  if (forgotten > 0) say(`Their streams were deleted before: ${count(forgotten)} more orders in the read model.`);
  if (kept > 0) say(`Left alone: ${count(kept)} orders whose streams differ from the read model.`);
  if (unreported > 0) say(`Still shown: ${count(unreported)} deleted orders; run this again.`);
}

/** What both kinds of deletion need. */
interface Deletion {
  readonly store: EventStore;
  readonly newId: () => string;
  readonly coveredTo: Position | null;
  readonly dryRun: boolean;
}

/** Deletes finished orders that are old. */
async function retainOrders(deletion: Deletion, cutoff: number, orders: OrderTableReader, projector: RunningProjector) {
  const result = await runRetention({
    ...deletion,
    cutoff,
    listFinal: (after, limit) => orders.listFinal(after, limit),
    correct: (corrections) => projector.correct(corrections),
  });
  sayResult(result, cutoff, deletion.dryRun);
}

/** Deletes old records of who looked, and of what screens showed, as the service does by itself. */
async function retainAccesses(deletion: Deletion, cutoff: number): Promise<void> {
  const records = await deleteOldAccesses({ ...deletion, cutoff });
  const shown = await deleteOldReceipts({ ...deletion, cutoff });
  const verb = deletion.dryRun ? 'Would delete' : 'Deleted';
  const before = `from before ${new Date(cutoff).toISOString()}`;
  say(`${verb} ${count(records)} records of who looked ${before}.`);
  if (shown.deleted > 0) say(`${verb} ${count(shown.deleted)} records of what screens showed ${before}.`);
}

const retain = (options: RetainOptions): Promise<void> =>
  withStore(async (config, files, store) => {
    const { days, dryRun = false } = options;
    const { accessRetentionDays } = config;
    const projector = await startAndCatchUp(config, files, () => undefined);
    const orders = new OrderTableReader(files.readModelFile);
    try {
      const look = await lookAtClock(days, files, store);
      const cutoff = look.now - days * MILLISECONDS_PER_DAY;
      const listFinal = (after: number, limit: number) => orders.listFinal(after, limit);
      assertConfirmed(holdOf(look, await countOld({ listFinal, cutoff }), orders.countOrders()), options);
      if (accessRetentionDays !== null) {
        assertConfirmed(holdOf(await lookAtClock(accessRetentionDays, files, store), 0, 0), options);
      }
      const coveredTo = await signCheckpoint(config, files, store);
      const deletion = { store, newId: randomUUID, coveredTo, dryRun };
      await retainOrders(deletion, cutoff, orders, projector);
      if (accessRetentionDays !== null) {
        await retainAccesses(deletion, look.now - accessRetentionDays * MILLISECONDS_PER_DAY);
      }
      if (!dryRun) writeKnownTime(files.knownTimeFile, look.now);
    } finally {
      orders.close();
      await projector.stop();
    }
  });

const HELP = `
If ACCESS_RETENTION_DAYS is set, records of who looked and of what screens showed that are older are deleted too,
as the service does.
`;

/**
 * Adds `ticket-rail retain`, which deletes finished orders that are older than some days, and old records of who looked
 * and of what screens showed.
 */
export const addRetainCommand = (program: Command): Command =>
  program
    .command('retain')
    .description('delete finished orders that are older than some days, while the service does not run')
    .requiredOption('--days <days>', 'days since the last update of an order', argument(retentionDays))
    .option('--dry-run', 'only report how many')
    .option('--confirm', 'delete although the clock is far ahead of the last known time, or most orders would go')
    .addHelpText('after', HELP)
    .action(retain);
