import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { temporaryDirectory } from '../support/running-service';

/**
 * The languages that there are clients for. Each has a driver in `drivers/`, a program that works its client and says on
 * standard output what becomes of it, in lines of fields with tabs between them:
 *
 *   driver follow   `item`, location, order, revision, `data.ref`   what it is handed
 *                   `failed`, status                                 what is repeated
 *                   `start over`                                     it drops its copy
 *                   `ended`, status, whether it is PROBLEM           what no repetition mends
 *   driver order    stage, revision, or `none`
 *   driver verify   for each line of standard input the id, or `-`
 *
 * What it does is in its environment: see {@link Following}. A driver that is told to dies over its n-th answer, after it
 * said what it was handed and before it is committed, or throws at it.
 */

interface Language {
  readonly name: string;
  /** What has to be on the machine, each with an argument that it ends well with. */
  readonly tools: readonly (readonly [command: string, argument: string])[];
  /** Builds the driver in an empty folder. @returns the command that runs it */
  build(folder: string): readonly string[];
  /** How many digits of 12345678901234567890.123456789012345678901 and 9007199254740993 survive. */
  readonly digits: 'all' | 'of integers' | 'of doubles';
}

const CLIENTS = resolve(__dirname, '../../clients');
const DRIVERS = resolve(__dirname, 'drivers');
const BUILT = resolve(__dirname, '../../dist/test/clients/drivers/driver.js');

function run(command: string, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`${command}: ${stdout}${stderr}`);
}

/** In the order in which the guide shows them. */
const LANGUAGES: readonly Language[] = [
  { name: 'TypeScript', tools: [], build: () => [process.execPath, BUILT], digits: 'of doubles' },
  {
    name: 'Python',
    tools: [['python3', '--version']],
    build: () => ['python3', '-B', `${DRIVERS}/driver.py`],
    digits: 'of integers',
  },
  { name: 'PHP', tools: [['php', '--version']], build: () => ['php', `${DRIVERS}/driver.php`], digits: 'all' },
  {
    name: 'Java',
    tools: [
      ['javac', '--version'],
      ['java', '--version'],
    ],
    build: (folder) => {
      const sources = [`${CLIENTS}/java/TicketRail.java`, `${DRIVERS}/Driver.java`];
      run('javac', '--release', '11', '-Xlint:all', '-Werror', '-d', folder, ...sources);
      return ['java', '-XX:TieredStopAtLevel=1', '-cp', folder, 'Driver'];
    },
    digits: 'all',
  },
  {
    name: 'C#',
    tools: [
      ['mcs', '--version'],
      ['mono', '--version'],
    ],
    build: (folder) => {
      const sources = [`${CLIENTS}/csharp/TicketRail.cs`, `${DRIVERS}/Driver.cs`];
      // The newest that the compiler of Mono knows; whatever it takes is C# 7.3, too.
      const options = ['-langversion:7.2', '-warn:4', '-warnaserror', '-r:System.Net.Http.dll'];
      run('mcs', ...options, `-out:${folder}/driver.exe`, ...sources);
      return ['mono', `${folder}/driver.exe`];
    },
    digits: 'all',
  },
];

/** A language as tests name it. */
export interface Here {
  readonly name: string;
  readonly isHere: boolean;
  /** Such as `in PHP`; it says so if the machine lacks it. */
  readonly where: string;
  readonly digits: Language['digits'];
}

export const HERE: readonly Here[] = LANGUAGES.map(({ name, tools, digits }) => {
  const isHere = tools.every(([command, argument]) => spawnSync(command, [argument]).status === 0);
  return { name, isHere, where: isHere ? `in ${name}` : `in ${name}, which this machine lacks,`, digits };
});

/** @returns a driver, built in `folder` */
export function buildDriver(name: string, folder: string = temporaryDirectory()): Driver {
  const language = LANGUAGES.find((one) => one.name === name);
  if (language === undefined) throw new Error(`no client for ${name}`);
  mkdirSync(folder, { recursive: true });
  return new Driver(language.build(folder));
}

/** What a driver follows, and how. */
export interface Following {
  readonly url: string;
  readonly token: string;
  readonly consumer: string;
  readonly view: 'events' | 'orders';
  readonly limit?: number;
  readonly location?: string;
  readonly startOver?: boolean;
  /** Of its answers with items, from 1; unset: never. */
  readonly dieAt?: number;
  readonly throwAt?: number;
  readonly problem?: string;
}

/** A driver that runs. */
export interface Running {
  /** Kills it, if it has not ended. */
  kill(): void;
  readonly ended: Promise<void>;
}

export class Driver {
  readonly #command: readonly string[];

  constructor(command: readonly string[]) {
    this.#command = command;
  }

  /** @param told is given the fields of each line */
  follow(following: Following, told: (fields: readonly string[]) => void): Running {
    const { url, token, consumer, view, limit = 1_000, location = '', problem = '' } = following;
    const { startOver = false, dieAt = 0, throwAt = 0 } = following;
    const child = this.#start('follow', {
      ...{ URL: url, TOKEN: token, CONSUMER: consumer, VIEW: view, LIMIT: String(limit), LOCATION: location },
      ...{ START_OVER: startOver ? 'yes' : '', DIE_AT: String(dieAt), THROW_AT: String(throwAt), PROBLEM: problem },
    });
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) told(line.split('\t'));
    });
    return { kill: () => child.kill('SIGKILL'), ended: once(child, 'close').then(() => undefined) };
  }

  /** Runs it to its end. @returns the fields of its lines */
  async run(
    verb: 'order' | 'verify',
    env: Readonly<Record<string, string>>,
    input = '',
  ): Promise<readonly (readonly string[])[]> {
    const child = this.#start(verb, env);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.stdin?.end(input);
    await once(child, 'close');
    return output
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t'));
  }

  #start(verb: string, env: Readonly<Record<string, string>>): ChildProcess {
    const [command = '', ...args] = this.#command;
    const { PATH = '', HOME = '' } = process.env;
    const given = { PATH, HOME, LANG: 'C.UTF-8', PYTHONPATH: `${CLIENTS}/python`, CLIENT: `${CLIENTS}/php` };
    return spawn(command, [...args, verb], { env: { ...given, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  }
}

/** What a consumer keeps, which survives it: the revisions of orders by their location and number. */
export class Copy {
  readonly revisions = new Map<string, number>();
  /** What it was told that cannot be. */
  readonly wrong: string[] = [];

  /** Takes in an item of `view=events`: what comes again is known by its revision, and nothing is ever left out. */
  takeIn(location: string, order: string, revision: number): void {
    const name = nameOf(location, order);
    const known = this.revisions.get(name) ?? -1;
    if (revision > known + 1) this.wrong.push(`${name}: ${String(revision)} after ${String(known)}`);
    this.revisions.set(name, Math.max(known, revision));
  }
}

export const nameOf = (location: string, order: string): string => `${location} ${order}`;
