import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { type Batch, type Rush, Scenario, type Story } from '../../../schemas/files/scenario';
import { pointerOf } from '../../../schemas/json/json-pointer';

/** Scenarios as files: those that come with the sandbox, by name, and anybody's, by path. */

/** Largest scenario file, in bytes. */
const MAX_SCENARIO_BYTES = 1_048_576;

/** Looked up when it is asked for: the commands that are about something else do not depend on it. */
const shippedFolder = (): string => dirname(require.resolve('#sandbox-files/scenarios/straight-delivery.json'));

/** A scenario with all that it refers to. */
export type Playable =
  | { readonly kind: 'story'; readonly story: Story }
  | { readonly kind: 'batch'; readonly batch: Batch; readonly stories: readonly Story[] }
  | { readonly kind: 'rush'; readonly rush: Rush; readonly stories: readonly WeightedStory[] };

export interface WeightedStory {
  readonly story: Story;
  /** Its share of the orders, of the sum of all. */
  readonly weight: number;
}

/** A scenario that cannot be used: which file, where in it, and what was expected. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** @returns the names of the scenarios that come with the sandbox */
export const shippedNames = (): string[] =>
  readdirSync(shippedFolder())
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();

/** @returns the scenarios that come with the sandbox, by name */
export const shippedScenarios = (): Scenario[] =>
  shippedNames().map((name) => readScenario(fileOf(shippedFolder(), name)));

/** @returns the stories that come with the sandbox, by name */
export const shippedStories = (): Story[] => shippedScenarios().filter((scenario) => scenario.kind === 'story');

/**
 * @param nameOrPath name of a scenario that comes with the sandbox; with a `/` or `.json` in it, the path of a file, whose
 *   stories are looked for beside it first
 * @throws {ScenarioError} if there is none, or it cannot be used
 */
export function loadScenario(nameOrPath: string): Playable {
  const isPath = nameOrPath.includes('/') || nameOrPath.endsWith('.json');
  if (!isPath && !shippedNames().includes(nameOrPath)) {
    throw new ScenarioError(
      `There is no scenario ${JSON.stringify(nameOrPath)}. There are: ${shippedNames().join(', ')}.`,
    );
  }
  const file = isPath ? nameOrPath : fileOf(shippedFolder(), nameOrPath);
  const scenario = readScenario(file);
  if (scenario.kind === 'story') return { kind: 'story', story: scenario };
  if (scenario.kind === 'batch') return { kind: 'batch', batch: scenario, stories: storiesOf(scenario) };
  const stories = scenario.stories.map(({ story, weight }, index) => {
    const pointer = `/stories/${String(index)}/story`;
    return { story: storyOf(story, [dirname(file), shippedFolder()], `${file}: ${pointer}`), weight };
  });
  return { kind: 'rush', rush: scenario, stories };
}

/** Returns a story for each order of a batch. */
export const storiesOf = ({ orders, ...head }: Batch): Story[] =>
  orders.map((order) => ({ ...head, kind: 'story', unpaid: false, ...order }));

const fileOf = (folder: string, name: string): string => join(folder, `${name}.json`);

function storyOf(name: string, folders: readonly string[], referredToBy: string): Story {
  const file = folders.map((folder) => fileOf(folder, name)).find(isFile);
  if (file === undefined) throw new ScenarioError(`${referredToBy}: there is no story ${JSON.stringify(name)}`);
  const scenario = readScenario(file);
  if (scenario.kind === 'story') return scenario;
  throw new ScenarioError(`${referredToBy}: ${JSON.stringify(name)} is a ${scenario.kind}, and expected is a story`);
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

function readScenario(file: string): Scenario {
  const parsed = Scenario.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  throw new ScenarioError(parsed.error.issues.map((issue) => `${file}: ${format(issue)}`).join('\n'));
}

function readJson(file: string): unknown {
  if (!isFile(file)) throw new ScenarioError(`${file}: there is no such file`);
  if (statSync(file).size > MAX_SCENARIO_BYTES) {
    throw new ScenarioError(`${file}: larger than ${String(MAX_SCENARIO_BYTES)} bytes`);
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw new ScenarioError(`${file}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** JSON pointer and what is wrong there; of alternatives, the one that is nearest. */
function format(issue: z.core.$ZodIssue, base: readonly PropertyKey[] = []): string {
  const path = [...base, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = issue.errors.reduce((one, other) => (other.length < one.length ? other : one));
    return nearest.map((inner) => format(inner, path)).join(', ');
  }
  const pointer = pointerOf(path);
  return `${pointer === '' ? '' : `${pointer}: `}${issue.message}`;
}
