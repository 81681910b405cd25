import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext } from 'playwright-core';
import { newContext } from '../support/browser-lab';
import { describeTimes, percentile } from '../support/percentile';
import { patiently } from '../support/patience';
import { screenLab } from '../support/screen-lab';
import { untilOnPage } from '../support/screen-watch';
import { startYardstick, type Yardstick } from '../support/yardstick';

/** How fast the overview of many locations is while all of them change, on a machine that has other work too. */

const LOCATIONS = 200;
const UPDATES_PER_SECOND = 500;
const UPDATES = 10 * LOCATIONS;
/**
 * Most milliseconds from when an update was acknowledged until the page has painted it: 99 of 100. How long so many
 * deliveries wait on a busy machine for their acknowledgement is no matter of the page.
 */
const ON_THE_PAGE_MS = 500;
/** Milliseconds between two looks of the yardstick at the machine. */
const LOOK_MS = 50;

/** Notes when the page has painted how many orders each location has in preparation, as test/support/screen-watch.ts does. */
const SCRIPT = `(() => {
  const painted = (window.painted = {});
  let unpainted = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const at = performance.timeOrigin + performance.now();
    for (const [id, count] of unpainted) (painted[id] ??= []).push([count, at]);
    unpainted = [];
  };
  const known = new Map();
  const look = () => {
    for (const one of document.querySelector('ticket-rail-overview').shadowRoot.querySelectorAll('li[data-location]')) {
      const count = Number(one.querySelector('[data-stage="preparing"] dd')?.textContent ?? 0);
      const id = one.dataset.location;
      if (known.get(id) === count) continue;
      known.set(id, count);
      if (unpainted.push([id, count]) === 1) requestAnimationFrame(() => port2.postMessage(null));
    }
  };
  const observer = new MutationObserver(look);
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    observer.observe(root, { subtree: true, childList: true, characterData: true });
    return root;
  };
})()`;

const lab = screenLab();
let yardstick: Yardstick;
let beside: BrowserContext;
beforeEach(async () => {
  beside = await newContext(lab.browser);
  yardstick = await startYardstick(await beside.newPage());
});
afterEach(async () => {
  await yardstick.close();
  await beside.close();
});

const locationOf = (number: number): string => `location-${String(number % LOCATIONS)}`;
const deliver = (number: number): Promise<void> =>
  lab.deliver({ location_id: locationOf(number), order_id: `order-${String(number)}` });

it('the overview of 200 locations has painted 99 of 100 updates 500 ms after they were acknowledged, at 500 a second', async () => {
  // One order at each location to begin with.
  for (let from = 0; from < LOCATIONS; from += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => deliver(from + index)));
  }
  await lab.page.addInitScript({ content: SCRIPT });
  await lab.page.goto(`${lab.service.url}/screens/overview`);
  await untilOnPage(lab.page, `Object.keys(window.painted).length === ${String(LOCATIONS)}`);

  const measuring = setInterval(yardstick.measure, LOOK_MS);
  const answers: Promise<number>[] = [];
  const begun = performance.now();
  while (answers.length < UPDATES) {
    const due = Math.min(UPDATES, ((performance.now() - begun) * UPDATES_PER_SECOND) / 1_000);
    while (answers.length < due) {
      answers.push(deliver(LOCATIONS + answers.length).then(() => performance.timeOrigin + performance.now()));
    }
    await sleep(5);
  }
  const acknowledged = await Promise.all(answers);
  const all = 1 + UPDATES / LOCATIONS;
  await untilOnPage(lab.page, `Object.values(window.painted).every((one) => one.at(-1)[0] === ${String(all)})`);
  clearInterval(measuring);

  const painted = await lab.page.evaluate<Record<string, [count: number, at: number][]>>('window.painted');
  const slowness = await yardstick.read();
  const [times, quiet]: [number[], number[]] = [[], []];
  for (let place = 0; place < LOCATIONS; place += 1) {
    const id = locationOf(place);
    // Which order is the n-th of its location does not matter: n are counted.
    const taken = acknowledged.filter((_, number) => locationOf(number) === id).sort((one, other) => one - other);
    for (const [index, at] of taken.entries()) {
      const shownAt = painted[id]?.find(([shown]) => shown >= index + 2)?.[1] ?? NaN;
      times.push(shownAt - at);
      quiet.push(Math.max(0, shownAt - at) / slowness(at, Math.max(at, shownAt)));
    }
  }
  const figures = `as it was: ${describeTimes(times)}; as on a quiet machine: ${describeTimes(quiet)}`;
  expect({ fast: percentile(quiet, 0.99) <= patiently(ON_THE_PAGE_MS), figures }).toMatchObject({ fast: true });
});
