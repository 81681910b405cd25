import type { OrderReceipts } from '../../schemas/api/screen-reports';
import { HERE } from '../support/engines/engines';
import type { EngineWindow, Point } from '../support/engines/web-driver';
import { orderPath } from '../support/deliveries';
import { LAUNCH_TIMEOUT_MS } from '../support/chromium';
import { patiently, until } from '../support/patience';
import { startProxy } from '../support/proxy';
import { discard, type RunningService, startService } from '../support/running-service';
import { boardAddress, updated } from '../support/screen-lab';

/** The essential story of the pages in engines of browsers besides that of Chromium. */

const ARRIVED = { status: 'ready_for_pickup', delivery_status: 'arrived_at_pickup' };
const ANA = { source: 'uber', name: 'Ana S.', vehicle_info: { license_plate: 'ABC 123' }, passcode: '4711' };
/** Milliseconds in which a page may open, on a machine that runs three kinds of browsers. */
const OPEN_MS = patiently(30_000);

/**
 * In the middle of the first element that matches, shows itself and has a text; null if there is none. Shadow roots count,
 * and their texts.
 */
const lookFor = (css: string, text: string): string => `(() => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
  const textOf = (node) => node.nodeType === Node.TEXT_NODE ? node.data
    : node.matches?.('style, script') ? '' : [...(node.shadowRoot ?? node).childNodes].map(textOf).join('');
  const one = all(document).find((one) => one.matches(${JSON.stringify(css)}) && one.getBoundingClientRect().width > 0
    && textOf(one).includes(${JSON.stringify(text)}));
  if (one === undefined) return null;
  one.scrollIntoView({ block: 'nearest' });
  const { x, y, width, height } = one.getBoundingClientRect();
  return { x: x + width / 2, y: y + height / 2 };
})()`;

let service: RunningService;
beforeAll(async () => {
  service = await startService({ STREAM_WEBHOOK_SECRETS: '', READERS: '' });
});
afterAll(() => discard(service));

async function deliver(location_id: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const { status } = await service.deliver(updated({ location_id, order_id: 'order-1', ...fields }));
  expect(status).toBe(200);
}

describe.each(HERE)('$name', ({ name, isHere, where, open }) => {
  const maybe = isHere ? it : it.skip;
  let window: EngineWindow;
  if (isHere) {
    beforeAll(async () => {
      window = await open();
      await window.resize(1_280, 900);
    }, LAUNCH_TIMEOUT_MS);
    afterAll(() => window.close());
  }

  /** Of a page that is just being left, there is no answer. */
  const find = (css: string, text = ''): Promise<Point | null | undefined> =>
    window.evaluate<Point | null>(lookFor(css, text)).catch(() => undefined);
  const see = (css: string, text = ''): Promise<Point> =>
    until(`${css} "${text}"`, async () => (await find(css, text)) ?? null, OPEN_MS);
  const lose = (css: string, text = '') => until(`no ${css} "${text}"`, async () => (await find(css, text)) === null);
  /** Presses it once it stands still: what loads above it moves it. */
  const press = async (css: string, text = ''): Promise<void> => {
    let before = await see(css, text);
    const still = await until(`${css} "${text}" to stand still`, async () => {
      const now = await see(css, text);
      const isStill = now.x === before.x && now.y === before.y;
      before = now;
      return isStill ? now : null;
    });
    await window.click(still);
  };
  const inStage = (stage: string): Promise<Point> =>
    see(`.column[data-stage="${stage}"] ticket-rail-tile[data-order-id="order-1"]`);

  maybe(`a board ${where} shows an order, moves it as news come, and records and undoes a handover`, async () => {
    const location = `counter of ${name}`;
    await deliver(location, { delivery_status: 'enroute_to_pickup', driver_details: ANA });
    await window.goto(boardAddress(service.url, location));
    await see('[data-freshness="live"]');
    await inStage('preparing');
    await deliver(location, ARRIVED);
    await inStage('driver_here');
    await see('dialog[open]', ANA.passcode);
    await press('button', 'Handed over');
    await see('[data-handed-over]', 'Handed over');
    await press('button', 'Undo');
    await lose('[data-handed-over]');
    await window.press('Escape');
    await lose('dialog[open]');
    await window.press('1');
    await window.press('1');
    await see('dialog[open]', ANA.passcode);
  });

  maybe(`a wall ${where} shows an order, and the overview says that a driver is there`, async () => {
    const location = `wall of ${name}`;
    await deliver(location, { ...ARRIVED, driver_details: ANA });
    await window.goto(`${boardAddress(service.url, location)}&mode=wall`);
    await inStage('driver_here');
    expect(await find('button')).toBeNull();
    await window.goto(`${service.url}/screens/overview`);
    await see('[data-freshness="live"]');
    await see(`li[data-location="${location}"]`, 'Driver here');
  });

  maybe(
    `a board that is opened again ${where} without the service shows what it showed, and goes live with it`,
    async () => {
      const location = `kept of ${name}`;
      await deliver(location, { ...ARRIVED, driver_details: ANA });
      const proxy = await startProxy(service.url);
      await window.goto(boardAddress(proxy.url, location));
      await see('[data-freshness="live"]');
      await inStage('driver_here');
      const kept = `caches.keys().then((names) => Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).length)))
      .then((sizes) => sizes.length > 1 && sizes.every((size) => size > 0))`;
      await until('the board to be kept', () => window.evaluate<boolean>(kept), OPEN_MS);
      proxy.cut();
      await window.goto(boardAddress(proxy.url, location));
      await see('.frame[data-freshness="kept"]');
      await inStage('driver_here');
      proxy.mend();
      await see('.frame[data-freshness="live"]');
      await proxy.close();
    },
  );

  // Firefox plays nothing at all on a machine without sound, as those that run tests are.
  const audibly = name === 'Firefox' ? it.skip : maybe;
  audibly(`once a board was touched ${where}, its alarm sounds, and it reports that it did`, async () => {
    const location = `alarm of ${name}`;
    await window.goto(boardAddress(service.url, location));
    await see('[data-freshness="live"]');
    await press('.frame');
    await lose('.banner.sound');
    await deliver(location, { ...ARRIVED, driver_details: ANA });
    const path = orderPath({ location_id: location, order_id: 'order-1' }, '/receipts');
    const isHeard = async (): Promise<boolean> => {
      const { receipts } = (await service.get(path)).json as OrderReceipts;
      return receipts.some(({ shown }) => shown === 'alarm');
    };
    await until('the report that it sounded', isHeard, OPEN_MS);
  });

  maybe(`an order is found ${where} by its driver, and its timeline goes back to what was reported first`, async () => {
    const location = `past of ${name}`;
    const driver = `Ida of ${name}`;
    await deliver(location, { delivery_status: 'enroute_to_pickup', driver_details: { ...ANA, name: driver } });
    await deliver(location, ARRIVED);
    await window.goto(`${service.url}/audit`);
    await see('p', 'The lists say how many orders');
    await press('input[name="driver"]');
    for (const letter of driver) await window.press(letter);
    await press('button', 'Find');
    await press('a.open', 'order-1');
    await see('.event[data-revision="1"][aria-current="step"]');
    await press('button[aria-label="Event before"]');
    await see('.event[data-revision="0"][aria-current="step"]');
  });

  maybe(
    `the verifier ${where} says of evidence that it holds, and of evidence that was changed that it does not`,
    async () => {
      const key = { location_id: `dispute of ${name}`, order_id: 'order-1' };
      await deliver(key.location_id, { ...ARRIVED, driver_details: ANA });
      const { text } = await service.get(orderPath(key, '/evidence'));
      const files = [
        ['whole.html', text],
        ['changed.html', text.replace(ANA.name, 'Ben T.')],
      ];
      await window.goto(`${service.url}/verifier`);
      await window.evaluate(`(() => {
      const chosen = new DataTransfer();
      for (const [name, text] of ${JSON.stringify(files)}) chosen.items.add(new File([text], name));
      const input = document.querySelector('#files');
      input.files = chosen.files;
      input.dispatchEvent(new Event('change'));
    })()`);
      await see('#status', 'whole.html: Holds. changed.html: Does not hold as it is.');
    },
  );
});
