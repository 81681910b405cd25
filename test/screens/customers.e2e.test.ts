import { until } from '../support/patience';
import { screenLab } from '../support/screen-lab';

/** The customers' board when there is more to show than fits. */

/** Milliseconds that a page stays, and a little more. */
const TURN_MS = 8_100;
const READY = 40;
const PREPARING = 30;

const lab = screenLab();

/** Numbers of a list that are in sight, and how many it says are not, as of one moment. */
const shownOf = (list: string): Promise<{ numbers: string[]; more: number }> =>
  lab.page.evaluate(`(() => {
    const root = document.querySelector('ticket-rail-customers').shadowRoot;
    const more = root.querySelector('[data-list="${list}"] .more');
    return {
      numbers: [...root.querySelectorAll('[data-list="${list}"] li')]
        .filter((one) => getComputedStyle(one).visibility === 'visible').map((one) => one.textContent.trim()),
      more: more === null ? 0 : Number(/^\\+(\\d+) more$/.exec(more.textContent.trim())?.[1]),
    };
  })()`);

describe('the customers’ board', () => {
  it.each([
    ['a screen on its side', 1_280, 800, true],
    ['an upright screen', 820, 1_180, false],
  ])(
    'on %s it shows every number in turn, and says how many are on other pages',
    async (_name, width, height, isWide) => {
      await lab.page.setViewportSize({ width, height });
      await lab.page.clock.install();
      const location = lab.newLocation();
      for (let number = 0; number < READY + PREPARING; number += 1) {
        const status = number < READY ? 'ready_for_pickup' : 'in_progress';
        await lab.deliver({ location_id: location, order_id: `pos_order_${String(1_000 + number)}`, status });
      }
      await lab.page.goto(`${lab.service.url}/screens/customers?location=${location}&name=Harbour+Street&clock=24`);
      const ready = lab.page.getByRole('region', { name: 'Ready', exact: true });
      const preparing = lab.page.getByRole('region', { name: 'Being prepared' });
      await ready.locator('li').first().waitFor();
      const [first, second] = [await ready.boundingBox(), await preparing.boundingBox()];
      expect((second?.x ?? NaN) > (first?.x ?? NaN)).toBe(isWide);
      expect((second?.y ?? NaN) > (first?.y ?? NaN)).toBe(!isWide);
      await lab.page.getByText('Harbour Street').waitFor();
      await lab.page.locator('.clock', { hasText: /^\s*\d\d:\d\d\s*$/ }).waitFor();
      const seen = new Set<string>();
      const isAllSeen = async () => {
        for (const [list, count] of [
          ['ready', READY],
          ['preparing', PREPARING],
        ] as const) {
          const { numbers, more } = await shownOf(list);
          // Between a turn and what is said of it, a moment passes.
          if (numbers.length + more !== count) return false;
          for (const number of numbers) seen.add(number);
        }
        if (seen.size < READY + PREPARING) await lab.page.clock.runFor(TURN_MS);
        return seen.size === READY + PREPARING;
      };
      expect(await until('every number to be shown', isAllSeen)).toBe(true);
      expect(await lab.page.evaluate('document.documentElement.scrollHeight')).toBe(height);
    },
  );
});
