import { Command } from 'commander';
import { version } from '../config/version';
import { printable } from '../terminal/printable';

/**
 * What adds each command to the program, in the order of the help. Most of what a command takes to begin is code that
 * others need, so only that of the one which is asked for is loaded.
 */
const COMMANDS: ReadonlyMap<string, () => Promise<(program: Command) => unknown>> = new Map([
  ['start', async () => (await import('./start.js')).addStartCommand],
  ['upgrade', async () => (await import('./upgrade.js')).addUpgradeCommand],
  ['rebuild', async () => (await import('./rebuild.js')).addRebuildCommand],
  ['replay', async () => (await import('./replay.js')).addReplayCommand],
  ['copy', async () => (await import('./copy.js')).addCopyCommand],
  ['retain', async () => (await import('./retain.js')).addRetainCommand],
  ['export', async () => (await import('./export.js')).addExportCommand],
  ['evidence', async () => (await import('./evidence.js')).addEvidenceCommand],
  ['verify', async () => (await import('./verify.js')).addVerifyCommand],
  ['reader', async () => (await import('./reader.js')).addReaderCommand],
  ['deliver', async () => (await import('./deliver.js')).addDeliverCommand],
  ['witness', async () => (await import('./witness.js')).addWitnessCommand],
  ['sandbox', loadSandbox],
  ['demo', async () => (await import('../sandbox/commands/demo.js')).addDemoCommand],
  ['send', loadSend],
]);

async function loadSandbox() {
  const { newestWebhookSecret } = await import('../config/config.js');
  const { addSandboxCommand } = await import('../sandbox/commands/sandbox.js');
  const { addListCommand } = await import('../sandbox/commands/list.js');
  const { addRunCommand } = await import('../sandbox/commands/run.js');
  return (program: Command) => {
    const sandbox = addSandboxCommand(program);
    addListCommand(sandbox);
    addRunCommand(sandbox, newestWebhookSecret);
  };
}

async function loadSend() {
  const { newestWebhookSecret } = await import('../config/config.js');
  const { addSendCommand } = await import('../sandbox/commands/send.js');
  return (program: Command) => addSendCommand(program, newestWebhookSecret);
}

/** The command that arguments ask for, or for the help of which they do; null if that is none, or help as a whole. */
function commandOf([first = '', second = '']: readonly string[]): string | null {
  const name = first === 'help' ? second : first;
  return COMMANDS.has(name) ? name : null;
}

/**
 * @param args the arguments that it is to parse
 * @returns the program with the command that they ask for, or else with all of them; docs/reference/commands.md is made
 *   from its help.
 */
export async function createProgram(args: readonly string[] = []): Promise<Command> {
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
  const asked = commandOf(args);
  for (const [name, load] of COMMANDS) if (asked === null || name === asked) (await load())(program);
  return program;
}
