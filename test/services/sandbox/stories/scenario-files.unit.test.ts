import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { MAX_ORDERS, type Scenario, type Step, type Story } from '../../../../schemas/files/scenario';
import { DELIVERY_STATUSES, type Stage, STATUSES } from '../../../../schemas/vocabulary';
import {
  loadScenario,
  shippedNames,
  shippedScenarios,
  shippedStories,
  storiesOf,
} from '../../../../services/sandbox/stories/scenario-files';
import { fold, eventsOf, JANE, JOHN, ROBOT, says, type DeliveryObject } from '../../../projections/scenario';

const DRIVER = { first: JANE, second: JOHN, robot: ROBOT };
const deliveryOf = (step: Step): DeliveryObject =>
  'canceled' in step
    ? 'order.canceled'
    : says(step.status, step.delivery_status, step.driver === undefined ? undefined : DRIVER[step.driver]);
const stageAfter = (steps: readonly Step[]): Stage => fold(eventsOf(...steps.map(deliveryOf))).stage;
const named = (scenarios: readonly Scenario[]): [string, Scenario][] =>
  scenarios.map((scenario) => [scenario.name, scenario]);
const batches = shippedScenarios().filter((scenario) => scenario.kind === 'batch');
/** Those of batches too, each of which is about one of its orders. */
const stories = [...shippedStories(), ...batches.flatMap(storiesOf)].map((story, index, all): [string, Story] => {
  const before = all.slice(0, index).filter(({ name }) => name === story.name).length;
  return [before === 0 ? story.name : `${story.name} (${String(before + 1)})`, story];
});

describe('the scenarios that come with the sandbox', () => {
  it('the shipped scenarios have every status and every delivery status', () => {
    const steps = shippedStories().flatMap((story) => story.steps);
    const valuesOf = (axis: 'status' | 'delivery_status') =>
      new Set(steps.flatMap((step) => ('canceled' in step ? [] : [step[axis] ?? []].flat())));
    expect([...valuesOf('status')].sort()).toEqual([...STATUSES.keys()].sort());
    expect([...valuesOf('delivery_status')].sort()).toEqual([...DELIVERY_STATUSES.keys()].sort());
  });

  it('the shipped scenarios have every kind of fulfilment, a driver who is replaced, and a robot', () => {
    const all = shippedStories();
    expect(new Set(all.map(({ fulfillment_type }) => fulfillment_type)).size).toBe(5);
    const drivers = all.flatMap(({ steps }) => steps.map((step) => ('canceled' in step ? undefined : step.driver)));
    expect(drivers).toEqual(expect.arrayContaining(['first', 'second', 'robot']));
  });

  it.each(named(shippedScenarios()))('the scenario %s is found by its name', (name, scenario) => {
    expect(loadScenario(name)).toMatchObject({ kind: scenario.kind });
    expect(shippedNames()).toContain(name);
  });

  it.each(stories)('the story %s ends as it says when it is reported in its order', (_, { steps, ends }) => {
    expect(stageAfter(steps)).toBe(ends);
  });

  it.each(stories)(
    'the story %s says correctly whether the order of its deliveries matters',
    (_, { steps, ends, in_any_order }) => {
      const shuffled = fc.shuffledSubarray(steps, { minLength: steps.length });
      const endsSo = fc.property(shuffled, (order) => stageAfter(order) === ends);
      const { failed } = fc.check(endsSo, { numRuns: 500, seed: 1 });
      expect(failed).toBe(!in_any_order);
    },
  );

  it.each(stories)('the story %s never says the same twice in succession, which would be a repeat', (_, { steps }) => {
    const contents = steps.map((step) => JSON.stringify({ ...step, after_s: 0 }));
    expect(contents.filter((content, index) => content === contents[index - 1])).toEqual([]);
  });
});

describe('a scenario of one’s own', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'scenarios-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  const write = (name: string, content: unknown): string => {
    const file = join(directory, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  const life = {
    steps: [{ after_s: 1, status: 'in_progress' }],
    ends: 'preparing',
    in_any_order: true,
  };
  const story = { kind: 'story', name: 'mine', summary: 'One of mine.', seed: 1, fulfillment_type: 'pickup', ...life };
  const batch = {
    kind: 'batch',
    name: 'my-batch',
    summary: 'Some of mine.',
    seed: 1,
    fulfillment_type: 'delivery',
    orders: [life, life],
  };
  const rush = {
    kind: 'rush',
    name: 'my-rush',
    summary: 'Many of mine.',
    seed: 1,
    orders: 2,
    orders_per_minute: 1,
    locations: 1,
    stories: [
      { story: 'mine', weight: 1 },
      { story: 'pickup', weight: 2 },
    ],
  };

  it('a scenario is read from its path, and its stories from beside it before those of the sandbox', () => {
    write('mine.json', story);
    const loaded = loadScenario(write('my-rush.json', rush));
    expect(loaded).toMatchObject({ kind: 'rush', stories: [{ story: { name: 'mine' } }, { weight: 2 }] });
  });

  it.each([
    ['a file that is not there', 'nowhere.json', null, 'there is no such file'],
    ['text that is not JSON', 'broken.json', '{', 'not JSON'],
    ['a status of a wrong form', 'bad.json', { ...story, steps: [{ after_s: 1, status: 'Done' }] }, '/steps/0/status'],
    ['a pause that is turned round', 'bad.json', { ...story, steps: [{ after_s: [2, 1], status: 'x' }] }, '/after_s'],
    ['a field that nobody knows', 'bad.json', { ...story, color: 'red' }, 'color'],
    ['an unpaid order that may not be', 'bad.json', { ...story, unpaid: true }, '/unpaid'],
    ['a batch of one order', 'bad.json', { ...batch, orders: [life] }, '/orders'],
    [
      'an order of a batch with a field that nobody knows',
      'bad.json',
      { ...batch, orders: [life, story] },
      '/orders/1',
    ],
    ['a batch within a rush', 'bad.json', { ...rush, stories: [{ story: 'batched', weight: 1 }] }, 'is a batch'],
    ['more orders than are held in memory', 'bad.json', { ...rush, orders: MAX_ORDERS + 1 }, '/orders'],
    ['a story that is not there', 'bad.json', rush, '/stories/0/story: there is no story "mine"'],
    ['a rush within a rush', 'bad.json', { ...rush, stories: [{ story: 'lunch-rush', weight: 1 }] }, 'is a rush'],
  ])('a scenario is refused for %s, with the place', (_, name, content, message) => {
    const file = content === null ? join(directory, name) : write(name, content);
    expect(() => loadScenario(file)).toThrow(message);
    expect(() => loadScenario(file)).toThrow(name);
  });

  it('an unknown scenario name is refused with the names that there are', () => {
    expect(() => loadScenario('lunch')).toThrow('lunch-rush');
  });
});
