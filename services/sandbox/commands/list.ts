import type { Command } from 'commander';
import type { Scenario } from '../../../schemas/files/scenario';
import { say } from '../../terminal/output';
import { shippedScenarios } from '../stories/scenario-files';

/** How much a scenario is, by its kind. */
const AMOUNTS: Readonly<Record<Scenario['kind'], string>> = {
  story: 'one order',
  batch: 'one batch',
  rush: 'many orders',
};
const WIDEST_AMOUNT = Math.max(...Object.values(AMOUNTS).map(({ length }) => length));

/** Adds `ticket-rail sandbox list`, which says which scenarios there are. */
export const addListCommand = (sandbox: Command): Command =>
  sandbox
    .command('list')
    .description('list the scenarios that come with the sandbox')
    .action(() => {
      for (const { kind, name, summary } of shippedScenarios()) {
        say(`${name.padEnd(36)}${AMOUNTS[kind].padEnd(WIDEST_AMOUNT)}  ${summary}`);
      }
    });
