import type { Command } from 'commander';
import { say } from '../../terminal/output';
import { shippedScenarios } from '../stories/scenario-files';

/** Adds `ticket-rail sandbox list`, which says which scenarios there are. */
export const addListCommand = (sandbox: Command): Command =>
  sandbox
    .command('list')
    .description('list the scenarios that come with the sandbox')
    .action(() => {
      for (const { kind, name, summary } of shippedScenarios()) {
        say(`${name.padEnd(36)}${kind === 'rush' ? 'many orders' : 'one order  '}  ${summary}`);
      }
    });
