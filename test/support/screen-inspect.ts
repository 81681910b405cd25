import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** Most stops until a key gets anywhere on the pages of these tests. */
const MOST_STOPS = 60;

/** What can be said of a page only from inside, shadow roots included. */

/** All elements, through shadow roots. */
const ALL = `const all = (root) => [...root.querySelectorAll('*')].flatMap(
  (one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);`;

export interface Target {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Everything visible that can be operated, with the size of what a finger may hit: a field in a label is hit by the
 * label, a tile's button is as large as the tile.
 */
export const targets = (page: Page): Promise<Target[]> =>
  page.evaluate(`(() => {
    ${ALL}
    const modal = all(document).filter((one) => one.matches('dialog:modal')).at(-1);
    return all(modal ?? document)
      .filter((one) => one.matches('button, a[href], input:not([type=hidden]), select, textarea, summary'))
      .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches('.skip'))
      .map((one) => {
        const { width, height } = (one.matches('[type=checkbox]') ? one.closest('label') : one).getBoundingClientRect();
        return { name: one.getAttribute('aria-label') ?? (one.textContent.trim() || one.outerHTML), width, height };
      });
  })()`);

/** How many pixels the page, or a dialog on it, is wider than what is seen of it. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(`(() => {
    ${ALL}
    const boxes = [document.documentElement, ...all(document).filter((one) => one.matches('dialog:modal, .column, .strip'))];
    return Math.max(...boxes.map((one) => one.scrollWidth - one.clientWidth));
  })()`);

/** Ids of the orders whose tiles are in sight as a whole, in the window and in every box that scrolls around them. */
export const wholeTiles = (page: Page): Promise<{ readonly id: string; readonly stage: string }[]> =>
  page.evaluate(`(() => {
    const clips = (tile) => {
      let { top, bottom } = { top: 0, bottom: innerHeight };
      for (let up = tile.parentElement; up !== null; up = up.parentElement) {
        if (getComputedStyle(up).overflowY === 'visible') continue;
        const box = up.getBoundingClientRect();
        [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
      }
      return { top, bottom };
    };
    return [...document.querySelector('ticket-rail-board').shadowRoot.querySelectorAll('ticket-rail-tile')]
      .filter((tile) => {
        const box = tile.getBoundingClientRect();
        const { top, bottom } = clips(tile);
        return box.height > 0 && getComputedStyle(tile).visibility === 'visible' && box.top >= top - 1 && box.bottom <= bottom + 1;
      })
      .map(({ dataset }) => ({ id: dataset.orderId, stage: dataset.stage }));
  })()`);

/** Animations that run or will, wherever they are. */
export const animations = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    ${ALL}
    const roots = [document, ...all(document).map((one) => one.shadowRoot).filter(Boolean)];
    return roots.flatMap((root) => root.getAnimations()).map((one) => one.animationName ?? one.transitionProperty);
  })()`);

export interface Focused {
  /** `nothing` when the focus is lost. */
  readonly name: string;
  /** A ring is drawn around it, or around the tile that it opens. */
  readonly ringed: boolean;
}

/** What has the focus. */
export const focused = (page: Page): Promise<Focused> =>
  page.evaluate(`(() => {
    let one = document.activeElement;
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    if (one === null || one === document.body || one.matches('main')) return { name: 'nothing', ringed: false };
    const drawn = (pseudo) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(one, pseudo);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    };
    const label = one.labels?.[0]?.textContent ?? one.textContent;
    const name = one.getAttribute('aria-label') ?? label;
    return { name: name.replace(/\\s+/g, ' ').trim(), ringed: drawn(null) || drawn('::after') };
  })()`);

/**
 * What axe finds on the page as it stands: the rule, and the first element that breaks it. The pages have no frames, which
 * is all that its legacy mode leaves out; what breaks no rule is not described. Both together halve what it costs.
 */
export async function violations(page: Page): Promise<unknown[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations: found } = await axe.analyze();
  return found.map(({ id, nodes }) => [id, nodes[0]?.html]);
}

const COLOURS = {
  light: { colorScheme: 'light', forcedColors: 'none' },
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  forced: { colorScheme: 'light', forcedColors: 'active' },
} as const;

/** What axe finds on the page as it stands, in each of these colours, where nothing is to move. */
export async function violationsIn(page: Page, ...colours: readonly (keyof typeof COLOURS)[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const name of colours) {
    await page.emulateMedia({ ...COLOURS[name], reducedMotion: 'reduce' });
    for (const violation of await violations(page)) found.push([name, violation]);
  }
  return found;
}

/** Makes a window of another width of the one that a page is open in, and waits until the page is painted in it. */
export async function widen(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 800 });
  // A page that lays itself out does so in the frame after it was told.
  await page.evaluate('new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))');
}

/** Goes from stop to stop until one has this name; each on the way must show that it has the focus. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    await page.keyboard.press('Tab');
    const { name: here, ringed } = await focused(page);
    if (here !== 'nothing' && !ringed) throw new Error(`"${here}" has the focus and does not show it`);
    if (name.test(here)) return;
  }
  throw new Error(`no key leads to ${String(name)}`);
}
