import type { Locator, Page } from 'playwright-core';
import { type BrowserLab, browserLab, type LabOptions } from './browser-lab';
import { LAUNCH_TIMEOUT_MS } from './chromium';
import { discard, type RunningService, startService } from './running-service';

/** The real service, the pages as built, and a real browser: what every test of the screens stands on. */

/** Fields of an `order.updated`, with the ids. */
export interface About {
  readonly location_id: string;
  readonly order_id: string;
  readonly [field: string]: unknown;
}

export interface ScreenLab extends BrowserLab {
  readonly service: RunningService;
  /** A location of its own for each test. */
  newLocation(): string;
  deliver(about: About): Promise<void>;
  /** Opens a board and waits until it is live. */
  openBoard(location: string, on?: Page, url?: string): Promise<void>;
  tile(order: string, on?: Page): Locator;
  inColumn(stage: string, order: string): Locator;
  card(): Locator;
}

/** Registers what a test file needs before and after its tests. @param env of the service; without it, nobody need sign in */
export function screenLab(
  env: Readonly<Record<string, string>> = { STREAM_WEBHOOK_SECRETS: '', READERS: '' },
  options: LabOptions = {},
): ScreenLab {
  let starting: Promise<RunningService>;
  let service: RunningService;
  let number = 0;

  // The service starts while the browser does.
  beforeAll(() => {
    starting = startService(env);
    starting.catch(() => undefined);
  });
  const lab = browserLab(options);
  beforeAll(async () => {
    service = await starting;
  }, LAUNCH_TIMEOUT_MS);
  afterAll(() => discard(service));

  return {
    get browser() {
      return lab.browser;
    },
    get context() {
      return lab.context;
    },
    get page() {
      return lab.page;
    },
    get complaints() {
      return lab.complaints;
    },
    get strangers() {
      return lab.strangers;
    },
    get service() {
      return service;
    },
    newLocation: () => `location_${String((number += 1))}`,
    deliver: async (about) => {
      const answer = await service.deliver(updated(about));
      expect(answer.status).toBe(200);
    },
    openBoard: async (location, on = lab.page, url = service.url) => {
      await on.goto(boardAddress(url, location));
      await on.locator('[data-freshness="live"]').first().waitFor();
    },
    tile: (order, on = lab.page) => on.locator(`ticket-rail-tile[data-order-id="${order}"]`),
    inColumn: (stage, order) =>
      lab.page.locator(`.column[data-stage="${stage}"] ticket-rail-tile[data-order-id="${order}"]`),
    card: () => lab.page.getByRole('dialog', { name: /Handoff/ }),
  };
}

export const boardAddress = (url: string, location: string): string =>
  `${url}/screens/board?location=${encodeURIComponent(location)}`;

/** A body as Stream sends it. */
export const updated = (about: About) => ({ type: 'order.updated', object: { status: 'in_progress', ...about } });

/** One order of each stage, of each lateness that has come by now, and with everything that needs attention. */
export async function deliverOneOfEach(lab: ScreenLab, location: string): Promise<void> {
  const about = (order_id: string): About => ({ location_id: location, order_id });
  const driver_details = {
    source: 'doordash',
    name: 'Jane Driver',
    phone: { number: '+15555551234', code: '123' },
    vehicle_info: { make: 'Honda', model: 'Civic', color: 'Blue', license_plate: 'ABC1234' },
    handoff_instructions: 'Meet the driver at the front entrance',
    passcode: '1234',
  };
  await lab.deliver({ ...about('preparing'), delivery_status: 'enroute_to_pickup', driver_details });
  await lab.deliver({ ...about('preparing'), driver_details: { source: 'uber', name: 'Tom Other' } });
  await lab.deliver({ ...about('ready'), status: 'ready_for_pickup', delivery_status: 'not_heard_of' });
  await lab.deliver({ ...about('driver_here'), delivery_status: 'arrived_at_pickup', driver_details });
  await lab.deliver({
    ...about('robot'),
    delivery_status: 'arrived_at_pickup',
    driver_details: { name: 'Kiwi Robot #42', vehicle_info: { is_autonomous: true }, passcode: '9876' },
  });
  await lab.deliver({ ...about('on_the_way'), status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' });
  await lab.deliver({ ...about('needs_action'), delivery_status: 'failed_to_assign_driver' });
  await lab.deliver({ ...about('coming_back'), status: 'out_for_delivery', delivery_status: 'enroute_to_return' });
  await lab.deliver({ ...about('canceled'), status: 'dsp_canceled' });
  await lab.deliver({ ...about('completed'), status: 'completed', delivery_status: 'completed' });
}
