import { Command } from 'commander';
import { newestWebhookSecret } from '../config/config';
import { version } from '../config/version';
import { addDemoCommand } from '../sandbox/commands/demo';
import { addListCommand } from '../sandbox/commands/list';
import { addRunCommand } from '../sandbox/commands/run';
import { addSandboxCommand } from '../sandbox/commands/sandbox';
import { addSendCommand } from '../sandbox/commands/send';
import { printable } from '../terminal/printable';
import { addCopyCommand } from './copy';
import { addDeliverCommand } from './deliver';
import { addEvidenceCommand } from './evidence';
import { addExportCommand } from './export';
import { addReaderCommand } from './reader';
import { addRebuildCommand } from './rebuild';
import { addReplayCommand } from './replay';
import { addRetainCommand } from './retain';
import { addStartCommand } from './start';
import { addUpgradeCommand } from './upgrade';
import { addVerifyCommand } from './verify';

/** @returns the program with all of its commands; docs/reference/commands.md is made from its help. */
export function createProgram(): Command {
  const program = new Command('ticket-rail')
    .description(
      "The POS side of Stream's order status updates. Configured by environment variables: docs/reference/configuration.md.",
    )
    .version(version)
    .enablePositionalOptions() // options belong to the command after whose name they stand
    // What commander says holds arguments as they came; its commands inherit this.
    .configureOutput({
      writeOut: (text) => process.stdout.write(printable(text)),
      writeErr: (text) => process.stderr.write(printable(text)),
    });
  addStartCommand(program);
  addUpgradeCommand(program);
  addRebuildCommand(program);
  addReplayCommand(program);
  addCopyCommand(program);
  addRetainCommand(program);
  addExportCommand(program);
  addEvidenceCommand(program);
  addVerifyCommand(program);
  addReaderCommand(program);
  addDeliverCommand(program);
  const sandbox = addSandboxCommand(program);
  addDemoCommand(program);
  addListCommand(sandbox);
  addRunCommand(sandbox, newestWebhookSecret);
  addSendCommand(program, newestWebhookSecret);
  return program;
}
