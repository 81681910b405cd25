import { spawnSync } from 'node:child_process';
import { openFirefox } from './firefox';
import type { EngineWindow } from './web-driver';
import { openWebKit } from './webkit';

/** The engines of browsers besides that of Chromium, which every test of the screens uses: a machine may have them. */

interface Engine {
  readonly name: string;
  /** What has to be on the machine, each with an argument that it ends well with; the first is what is opened. */
  readonly tools: readonly (readonly [command: string, argument: string])[];
  readonly open: (command: string) => Promise<EngineWindow>;
}

const ENGINES: readonly Engine[] = [
  { name: 'Firefox', tools: [['firefox-esr', '--version']], open: openFirefox },
  {
    name: 'WebKit',
    tools: [
      ['WebKitWebDriver', '--help'],
      ['Xvfb', '-help'],
    ],
    open: openWebKit,
  },
];

/** An engine as tests name it. */
export interface Here {
  readonly name: string;
  readonly isHere: boolean;
  /** Such as `in Firefox`; it says so if the machine lacks it. */
  readonly where: string;
  /** Starts a browser; whoever does closes it. */
  readonly open: () => Promise<EngineWindow>;
}

export const HERE: readonly Here[] = ENGINES.map(({ name, tools, open }) => {
  const isHere = tools.every(([command, argument]) => spawnSync(command, [argument]).status === 0);
  const where = isHere ? `in ${name}` : `in ${name}, which this machine lacks,`;
  return { name, isHere, where, open: () => open(tools[0]?.[0] ?? name) };
});
