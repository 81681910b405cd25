import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { readConfig } from '../../services/config/config';
import { EVIDENCE_START } from '../../services/audit/evidence/bundle';
import { startSandbox } from '../../services/sandbox/server/start-sandbox';
import { openConfiguredEvents } from '../../services/server/open-configured-events';
import { startService } from '../../services/server/service';
import { version } from '../../services/config/version';
import { launchChromium } from '../support/chromium';
import { pagesOf } from '../support/paper';
import { BUSY_LUNCH, HARBOUR, LABELS, type Moment, STATION } from './busy-lunch';
import { indexedPng } from './indexed-png';

/**
 * Makes the pictures of README.md and docs/guides: the real service in this process, on a clock that plays a busy lunch
 * in a moment, and the screens as a browser shows them; and a sandbox.
 */

const PICTURES = join(process.cwd(), 'docs', 'screens');
const VIEWPORT = { width: 1_280, height: 800 };
const MINUTE_MS = 60_000;

/** Pixels a point of paper, and pages that are shown. */
const [PAPER_SCALE, PAPER_PAGES] = [1.2, 3];

/** A face that nobody has. */
const PORTRAIT = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="#b8cfc6"/>
<path d="M12 96c2-26 16-34 36-34s34 8 36 34z" fill="#27566b"/><circle cx="48" cy="40" r="20" fill="#8d5a3b"/>
<path d="M26 38c-2-22 12-28 24-28s24 8 20 28c-4-10-10-14-22-14s-18 4-22 14z" fill="#20160f"/></svg>`;

/** Orders on their way, and a POS that was down for one of them. */
async function showSandbox(page: Page): Promise<void> {
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const submit = async (story: string): Promise<void> => {
    await page.getByRole('combobox', { name: 'Story' }).selectOption(story);
    await press('Submit');
    await page.getByText('The POS accepted it').waitFor();
    await press('Close');
  };
  await submit('pickup');
  await submit('straight-delivery');
  await page.locator('.order .pick').first().click();
  const step = async (): Promise<void> => {
    await press('Next step now');
    await page.getByText('Next step now: done.').waitFor();
  };
  await step();
  const pos = page.getByRole('group', { name: 'The built-in POS is' });
  await pos.getByRole('button', { name: 'Down' }).click();
  await step();
  const updates = page.locator('[data-hop]', { hasText: 'order.updated' });
  await updates.getByText('Sent again').first().waitFor();
  await pos.getByRole('button', { name: 'OK' }).click();
  await page.locator('[data-outcome="answered"]', { hasText: 'Attempt' }).first().waitFor();
  await page.evaluate('document.activeElement.blur(); scrollTo(0, 0)');
}

/** Evidence as it was saved, and with the name of a driver changed. */
async function chooseFiles(page: Page, whole: string, changed: string): Promise<void> {
  const file = (name: string, text: string) => ({ name, mimeType: 'text/html', buffer: Buffer.from(text) });
  await page.locator('#files').setInputFiles([file('dispute.html', whole), file('dispute-changed.html', changed)]);
  await page.getByText('dispute-changed.html: Does not hold.').waitFor();
}

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ticket-rail-'));
  let minutesAgo = 0;
  const world = {
    log: pino({ level: 'warn' }),
    now: () => Date.now() - minutesAgo * MINUTE_MS,
    monotonic: () => performance.now(),
    newId: randomUUID,
    pid: process.pid,
    version,
  };
  const LOCATIONS_FILE = join(dataDir, 'locations.json');
  writeFileSync(LOCATIONS_FILE, JSON.stringify({ locations: [{ location_id: STATION, name: STATION }] }));
  const service = await startService(
    readConfig({ PORT: '0', DATA_DIR: dataDir, CHECKPOINT_SECONDS: '1', LOCATIONS_FILE }),
    world,
    openConfiguredEvents,
  );
  const sandbox = await startSandbox({
    host: '127.0.0.1',
    port: 0,
    partnerId: 'demo',
    posUrl: null,
    posSecret: 'sandbox-pos-secret',
    posBearer: null,
    dspUrl: null,
    dspSecret: 'sandbox-dsp-secret',
    menu: null,
    speed: 1,
    locations: 3,
    ordersPerMinute: null,
    seed: 1,
    now: Date.now,
    monotonic: () => performance.now(),
  });
  const browser = await launchChromium();
  const send = async (method: string, path: string, body: object): Promise<void> => {
    const answer = await fetch(new URL(path, service.url), {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}, ${JSON.stringify(body)}: ${await answer.text()}`);
  };
  const play = async (moments: readonly Moment[]): Promise<void> => {
    for (const moment of [...moments].sort((one, other) => other.minutesAgo - one.minutesAgo)) {
      ({ minutesAgo } = moment);
      await send('POST', '/handle-order', { type: 'order.updated', object: moment.object });
    }
    minutesAgo = 0;
  };
  const decoder = await browser.newPage();
  const pixelsOf = async (png: Buffer): Promise<Buffer> => {
    const decoded = await decoder.evaluate<string>(`(async () => {
      const picture = await createImageBitmap(await (await fetch('data:image/png;base64,${png.toString('base64')}')).blob());
      const { width, height } = picture;
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context.drawImage(picture, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      let text = '';
      for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
      return btoa(text);
    })()`);
    return Buffer.from(decoded, 'base64');
  };
  const shoot = async (
    name: string,
    path: string,
    prepare: (page: Page) => Promise<unknown>,
    options: BrowserContextOptions = {},
    until = '[data-freshness="live"]',
  ): Promise<void> => {
    const context = await browser.newContext({ viewport: VIEWPORT, reducedMotion: 'reduce', ...options });
    await context.route(
      (url) => url.hostname !== '127.0.0.1',
      (route) => route.fulfill({ contentType: 'image/svg+xml', body: PORTRAIT }),
    );
    const page = await context.newPage();
    await page.goto(new URL(path, service.url).href);
    await page.locator(until).first().waitFor();
    await prepare(page);
    await page.evaluate('document.fonts.ready');
    const { width, height } = page.viewportSize() ?? VIEWPORT;
    const pixels = await pixelsOf(await page.screenshot());
    writeFileSync(join(PICTURES, `${name}.png`), indexedPng(pixels, width, height));
    await context.close();
  };
  try {
    mkdirSync(PICTURES, { recursive: true });
    await play(BUSY_LUNCH);
    for (const [order, label] of LABELS) {
      const path = `/locations/${encodeURIComponent(HARBOUR)}/orders/${order}/label`;
      await send('PUT', path, label);
    }
    const board = '/screens/board?location=Harbour%20Street';
    const open = (order: string) => (page: Page) => page.getByRole('button', { name: order }).first().click();
    // The touch that browsers want before they let a page sound.
    const touch = async (page: Page): Promise<void> => {
      await page.getByRole('searchbox').click();
      await page.getByRole('button', { name: /Sound is blocked/ }).waitFor({ state: 'detached' });
      await page.evaluate('document.activeElement.blur()');
    };
    await shoot('board', board, touch);
    await shoot('board-dark', board, touch, { colorScheme: 'dark' });
    await shoot('handoff', board, async (page) => {
      await touch(page);
      await open('HS-2041')(page);
      await page.getByRole('img', { name: 'Photo of the driver' }).waitFor();
    });
    await shoot('customers', '/screens/customers?location=Harbour%20Street', () => Promise.resolve());
    await shoot('phone', board, touch, {
      viewport: { width: 390, height: 780 },
      deviceScaleFactor: 1,
      hasTouch: true,
    });
    const as = (selector: string) => [() => Promise.resolve(), {}, selector] as const;
    await shoot('audit-timeline', '/audit?location=Station%20Square&order=SQ-0816&revision=5', ...as('[aria-current]'));
    const then = new Date(Date.now() - 13 * MINUTE_MS).toISOString();
    await shoot(
      'audit-board',
      `/audit/board?location=Harbour%20Street&at=${then}`,
      ...as('p[data-freshness="replay"]'),
    );
    await shoot('audit-search', '/audit?location_id=Harbour%20Street', ...as('.found tbody tr'));
    await shoot('overview', '/screens/overview', ...as('li[data-location]'));
    await shoot('sandbox', sandbox.url, showSandbox, { viewport: { width: 1_280, height: 1_100 } });
    const evidence = `${service.url}/locations/Station%20Square/orders/SQ-0816/evidence?time_zone=America/New_York`;
    const bundle = await (await fetch(evidence)).text();
    const sheet = await browser.newPage();
    await sheet.setContent(bundle);
    const paper = await pagesOf(await sheet.pdf({ format: 'A4' }), PAPER_SCALE);
    for (const [index, { pixels, width, height }] of paper.slice(0, PAPER_PAGES).entries())
      writeFileSync(join(PICTURES, `evidence-${String(index + 1)}.png`), indexedPng(pixels, width, height));
    await sheet.close();
    const at = bundle.indexOf('Tomas Novak', bundle.indexOf(EVIDENCE_START));
    const changed = `${bundle.slice(0, at)}Thomas Novak${bundle.slice(at + 'Tomas Novak'.length)}`;
    await shoot(
      'verifier',
      '/verifier',
      (page) => chooseFiles(page, bundle, changed),
      { viewport: { width: 900, height: 1_240 } },
      '#files',
    );
    await shoot('audit-coverage', '/audit/coverage?location_id=Station%20Square', ...as('.group'));
  } finally {
    await browser.close();
    await sandbox.stop();
    await service.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

void main();
