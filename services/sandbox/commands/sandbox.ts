import type { Command } from 'commander';
import { MAX_ORDERS_PER_MINUTE } from '../../../schemas/sandbox';
import { argument } from '../../terminal/argument';
import { CommandError } from '../../terminal/command-error';
import { say } from '../../terminal/output';
import { bearerToken, httpUrl, numberIn, wholeNumber } from './arguments';
import { isLoopback } from '../server/guard';

/** Known to everybody: fit for this machine only. */
const KNOWN_POS_SECRET = 'sandbox-pos-secret';
const KNOWN_DSP_SECRET = 'sandbox-dsp-secret';

/** Seconds of a story that may pass in a second. */
const MIN_SPEED = 0.1;
const MAX_SPEED = 3_600;
/** Of orders that come by themselves. */
const MIN_ORDERS_PER_MINUTE = 0.01;
const MAX_LOCATIONS = 1_000;
/** The built-in POS has the next one. */
const MAX_PORT = 65_534;

interface SandboxCommand {
  readonly port: number;
  readonly host: string;
  readonly posUrl?: string;
  readonly posSecret: string;
  readonly posBearer?: string;
  readonly dspUrl?: string;
  readonly dspSecret: string;
  readonly partnerId: string;
  readonly menu?: string;
  readonly speed: number;
  readonly locations: number;
  readonly rush?: number;
}

async function runSandbox(options: SandboxCommand): Promise<void> {
  const {
    host,
    posSecret,
    dspSecret,
    posUrl = null,
    posBearer = null,
    dspUrl = null,
    menu = null,
    rush = null,
  } = options;
  if (!isLoopback(host) && (posSecret === KNOWN_POS_SECRET || dspSecret === KNOWN_DSP_SECRET)) {
    throw new CommandError('Others can reach this address: give --pos-secret and --dsp-secret of your own.');
  }
  const { startSandbox } = await import('../server/start-sandbox.js'); // other commands begin sooner without the web server
  const sandbox = await startSandbox({
    host,
    port: options.port,
    partnerId: options.partnerId,
    posUrl,
    posSecret,
    posBearer,
    dspUrl,
    dspSecret,
    menu,
    speed: options.speed,
    locations: options.locations,
    ordersPerMinute: rush,
    seed: Date.now() | 0,
    now: Date.now,
    monotonic: () => performance.now(),
  });
  const lines = [
    `Sandbox: ${sandbox.url}`,
    `Delivery services post to ${sandbox.orderUrl}`,
    `Delivery service: ${sandbox.dspUrl}${dspUrl === null ? ' (built in)' : ''}`,
    `POS: ${sandbox.posUrl}${posUrl === null ? ' (built in)' : ''}`,
    ...(posUrl === null ? [] : [`For new orders, set RELAY_URL=${sandbox.builtinPosUrl}`]),
    `Locations: ${sandbox.locations.length > 1 ? `location-1 to location-${String(sandbox.locations.length)}` : 'location-1'}`,
  ];
  say(lines.join('\n'));
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        resolve();
      });
  });
  await sandbox.stop();
}

/** Adds `ticket-rail sandbox`, which runs a stand-in for Stream, with a delivery service and a POS built in. */
export const addSandboxCommand = (program: Command): Command =>
  program
    .command('sandbox')
    .description('run a stand-in for Stream, with a delivery service and a POS built in, until SIGTERM')
    .option(
      '--port <port>',
      'port to listen on; the built-in POS has the next one',
      argument(wholeNumber(0, MAX_PORT)),
      8090,
    )
    .option('--host <host>', 'host to listen on', '127.0.0.1')
    .option('--pos-url <url>', 'Handle Order of your POS (default: the built-in POS)', argument(httpUrl))
    .option('--pos-secret <secret>', 'secret that signs what the POS gets', KNOWN_POS_SECRET)
    .option('--pos-bearer <token>', 'bearer token that the POS issued', argument(bearerToken))
    .option(
      '--dsp-url <url>',
      'where your delivery service takes events (default: the built-in one)',
      argument(httpUrl),
    )
    .option(
      '--dsp-secret <secret>',
      'secret that signs what goes between Stream and the delivery service',
      KNOWN_DSP_SECRET,
    )
    .option('--partner-id <id>', 'id of the delivery service, in /order/{partner_id}', 'demo')
    .option('--menu <file>', 'menu of the restaurant, as JSON (default: one that comes with the sandbox)')
    .option(
      '--speed <factor>',
      'seconds of a story that pass in a second',
      argument(numberIn(MIN_SPEED, MAX_SPEED)),
      10,
    )
    .option('--locations <number>', 'locations of the restaurant', argument(wholeNumber(1, MAX_LOCATIONS)), 3)
    .option(
      '--rush <per-minute>',
      'orders that come by themselves, per minute of a story',
      argument(numberIn(MIN_ORDERS_PER_MINUTE, MAX_ORDERS_PER_MINUTE)),
    )
    .action(runSandbox);
