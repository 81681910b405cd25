import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { transformSync } from '@swc/core';

/**
 * The languages that there are clients for. Each has a driver in `drivers/`, a program that works its client and says on
 * standard output what becomes of it, in lines of fields with tabs between them:
 *
 *   driver follow   `item`, location, order, revision, `data.ref`   what it is handed
 *                   `failed`, status                                 what is repeated
 *                   `start over`                                     it drops its copy
 *                   `ended`, status, whether it is PROBLEM           what no repetition mends
 *   driver connect  for each line of standard input, a URL and a token in base64 or `-`: `taken`, or `refused` and why
 *   driver order    stage, revision, or `none`
 *   driver verify   for each line of standard input the id, or `-`
 *
 * What it does is in its environment: see {@link Following}. A driver that is told to dies over its n-th answer, after it
 * said what it was handed and before it is committed, or throws at it what the feed answers where it lost the position.
 */

interface Language {
  readonly name: string;
  /** What has to be on the machine, each with an argument that it ends well with. */
  readonly tools: readonly (readonly [command: string, argument: string])[];
  /** Of its driver, and of the program of the guide, which has the tag `fence`. */
  readonly driver: string;
  readonly program: string;
  readonly fence: string;
  /** Builds a program in a folder. @returns the command that runs it */
  readonly build: (source: string, folder: string) => readonly string[];
  /** How many digits of 12345678901234567890.123456789012345678901 and 9007199254740993 survive. */
  readonly digits: 'all' | 'of integers' | 'of doubles';
}

const ROOT = resolve(__dirname, '../..');
const CLIENTS = join(ROOT, 'clients');
const DRIVERS = resolve(__dirname, 'drivers');

/** Programs that run for seconds on one of few processors: what a JVM does to be fast for hours costs more than it saves. */
const QUICK_JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

function run(command: string, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`${command}: ${stdout}${stderr}`);
}

/** Makes JavaScript of it, beside a package `ticket-rail` that is installed. */
function buildTypeScript(source: string, folder: string): readonly string[] {
  const built = join(folder, 'program.mjs');
  // The compiler itself would take longer to load than all that is built here.
  const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } } as const;
  writeFileSync(built, transformSync(readFileSync(source, 'utf8'), options).code);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/ticket-rail'));
  return [process.execPath, built];
}

/** In the order in which the guide shows them. */
const LANGUAGES: readonly Language[] = [
  {
    ...{ name: 'TypeScript', fence: 'ts', driver: 'driver.ts', program: 'follow.ts', digits: 'of doubles' },
    tools: [],
    build: buildTypeScript,
  },
  {
    ...{ name: 'Python', fence: 'python', driver: 'driver.py', program: 'follow.py', digits: 'of integers' },
    tools: [['python3', '--version']],
    build: (source) => ['python3', '-B', source],
  },
  {
    ...{ name: 'PHP', fence: 'php', driver: 'driver.php', program: 'follow.php', digits: 'all' },
    tools: [['php', '--version']],
    build: (source) => ['php', '-d', `include_path=${CLIENTS}/php`, source],
  },
  {
    ...{ name: 'Java', fence: 'java', driver: 'Driver.java', program: 'Follow.java', digits: 'all' },
    tools: [
      ['javac', '--version'],
      ['java', '--version'],
    ],
    build: (source, folder) => {
      const options = ['--release', '11', '-Xlint:all', '-Werror', '-d', folder];
      run('javac', ...QUICK_JVM.map((flag) => `-J${flag}`), ...options, `${CLIENTS}/java/TicketRail.java`, source);
      return ['java', ...QUICK_JVM, '-cp', folder, basename(source, '.java')];
    },
  },
  {
    ...{ name: 'C#', fence: 'csharp', driver: 'Driver.cs', program: 'Follow.cs', digits: 'all' },
    tools: [
      ['mcs', '--version'],
      ['mono', '--version'],
    ],
    build: (source, folder) => {
      const built = join(folder, 'program.exe');
      // The newest that the compiler of Mono knows; whatever it takes is C# 7.3, too.
      const options = ['-langversion:7.2', '-warn:4', '-warnaserror', '-r:System.Net.Http.dll', `-out:${built}`];
      run('mcs', ...options, `${CLIENTS}/csharp/TicketRail.cs`, source);
      return ['mono', built];
    },
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

/** @returns the first languages, and whether the machine has what each of them needs */
export const languagesHere = (most = LANGUAGES.length): readonly Here[] =>
  LANGUAGES.slice(0, most).map(({ name, tools, digits }) => {
    const isHere = tools.every(([command, argument]) => spawnSync(command, [argument]).status === 0);
    return { name, isHere, where: isHere ? `in ${name}` : `in ${name}, which this machine lacks,`, digits };
  });

function languageOf(name: string): Language {
  const language = LANGUAGES.find((one) => one.name === name);
  if (language === undefined) throw new Error(`no client for ${name}`);
  return language;
}

/** @returns the driver of a language, built in a folder that is made for it */
export function buildDriver(name: string, folder: string): Driver {
  const { driver, build } = languageOf(name);
  mkdirSync(folder, { recursive: true });
  return new Driver(build(join(DRIVERS, driver), folder));
}

/**
 * Builds the program of a language that a guide shows, in a folder that is made for it.
 * @returns a function that runs it there
 */
export function buildProgram(name: string, guide: string, folder: string) {
  const { fence, program, build } = languageOf(name);
  const [, shown] =
    new RegExp(`\n${name.replace('+', '\\+')}:\n\n\`\`\`${fence}\n([\\s\\S]*?)\`\`\``).exec(guide) ?? [];
  if (shown === undefined) throw new Error(`the guide has no program in ${name}`);
  mkdirSync(folder, { recursive: true });
  const source = join(folder, program);
  writeFileSync(source, shown);
  const command = build(source, folder);
  return (env: Readonly<Record<string, string>>): Running => {
    const child = start(command, env, folder);
    return { kill: () => child.kill('SIGKILL'), ended: once(child, 'close').then(() => undefined) };
  };
}

function start(command: readonly string[], env: Readonly<Record<string, string>>, folder = DRIVERS): ChildProcess {
  const [name = '', ...args] = command;
  const { PATH = '', HOME = '' } = process.env;
  return spawn(name, args, {
    cwd: folder,
    env: { PATH, HOME, LANG: 'C.UTF-8', PYTHONPATH: `${CLIENTS}/python`, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** What a driver follows, and how. */
export interface Following {
  readonly url: string;
  readonly token: string;
  readonly consumer: string;
  readonly view: 'events' | 'orders';
  readonly limit?: number;
  readonly location?: string;
  /** Unset: at the beginning. */
  readonly from?: 'now';
  /** Whether it knows how to, whether it dies over it, and whether it throws the first time. */
  readonly startOver?: 'works' | 'dies' | 'throws';
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

  /** @param heard is given the fields of each line */
  follow(following: Following, heard: (fields: readonly string[]) => void): Running {
    const { url, token, consumer, view, limit = 1_000, location = '', problem = '' } = following;
    const { from = 'beginning', startOver = '', dieAt = 0, throwAt = 0 } = following;
    const child = this.#start('follow', {
      ...{ URL: url, TOKEN: token, CONSUMER: consumer, VIEW: view, LIMIT: String(limit), LOCATION: location },
      ...{ FROM: from, START_OVER: startOver, DIE_AT: String(dieAt), THROW_AT: String(throwAt), PROBLEM: problem },
    });
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) heard(line.split('\t'));
    });
    return { kill: () => child.kill('SIGKILL'), ended: once(child, 'close').then(() => undefined) };
  }

  /** Runs it to its end. @returns the fields of its lines */
  async run(
    verb: 'connect' | 'order' | 'verify',
    env: Readonly<Record<string, string>>,
    input = '',
  ): Promise<readonly (readonly string[])[]> {
    const child = this.#start(verb, env);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    // One that ends before it has read all says why in what it writes.
    child.stdin?.on('error', () => undefined).end(input);
    await once(child, 'close');
    return output
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t'));
  }

  #start(verb: string, env: Readonly<Record<string, string>>): ChildProcess {
    return start([...this.#command, verb], env);
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
