import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import { until } from './patience';
import { overflow } from './screen-inspect';
import { untilOnPage } from './screen-watch';
import { cutOff, words } from './screen-words';

/** What is expected of a page that speaks the pseudo-language. */

/** CSS pixels, from a telephone to a wall. */
export const WIDTHS = [320, 820, 1_280, 3_840];

/** @returns texts of the page that came from no catalogue and from nobody else. */
export async function untranslated(page: Page): Promise<string[]> {
  const said = await words(page);
  expect(said.filter((text) => text.includes('⟦')).length).toBeGreaterThan(2);
  return said.filter((text) =>
    /[a-z]/i.test(
      text
        .replaceAll(/⟦[^⟧]*⟧/g, '')
        // The product's name, what `Intl` writes behind a time, times as the API has them and the zone they are in, names of
        // formats, what a browser calls itself that was given no name, the path of a page, and how the operating system
        // calls a problem.
        .replaceAll(/Ticket Rail|\b[AP]M\b|T[\d:.]+Z\b|UTC|NDJSON|CSV|^[a-z\d]{4}$|\/pair$|ECONNREFUSED/g, ''),
    ),
  );
}

/** Milliseconds until a page is laid out that has got another size. */
const SETTLES_MS = 3_000;

/** Looks at the page as it stands, in every width. */
export async function expectPseudo(page: Page): Promise<void> {
  expect(await untranslated(page)).toEqual([]);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width < 600 ? 700 : 900 });
    await untilOnPage(page, `innerWidth === ${String(width)}`);
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    const look = async () => ({ width, cut: await cutOff(page), overflow: Math.max(0, await overflow(page)) });
    const whole = { width, cut: [], overflow: 0 };
    // What is laid out by how much room there is needs some more frames.
    await until('the layout', async () => isDeepStrictEqual(await look(), whole), SETTLES_MS).catch(() => undefined);
    expect(await look()).toEqual(whole);
  }
  await page.setViewportSize({ width: 1_280, height: 800 });
}
