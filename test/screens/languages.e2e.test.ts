import type { Page } from 'playwright-core';
import { es } from '../../schemas/language/catalogues/es';
import { newContext } from '../support/browser-lab';
import { until } from '../support/patience';
import { PSEUDO_CATALOGUE } from '../support/pseudo-language';
import { expectPseudo, untranslated, WIDTHS } from '../support/pseudo-page';
import { entryOf } from '../support/running-service';
import { overflow, violations } from '../support/screen-inspect';
import { boardAddress, screenLab } from '../support/screen-lab';
import { untilOnPage } from '../support/screen-watch';

/** Screens in other languages than English, and in one that is written from right to left. */

const COUNTER = 'counter-2-0123456789';
const lab = screenLab({
  STREAM_WEBHOOK_SECRETS: '',
  READERS: JSON.stringify([{ ...entryOf(COUNTER, 'screen'), name: 'Окно', acts: true }]),
});

/** Where the service serves a catalogue of a vendor, as far as the browser sees. */
const CATALOGUE = '/vendor.json';
const COMPONENTS = 'ticket-rail-board, ticket-rail-customers, ticket-rail-locations';

beforeEach(async () => {
  await lab.context.addCookies([{ name: 'ticket_rail_session', value: COUNTER, url: lab.service.url }]);
});

/** What others wrote is in Cyrillic or digits here, so that each Latin letter outside of brackets is an untranslated one. */
const DRIVER = {
  source: 'курьеры',
  name: 'Анна Б.',
  phone: { number: '+15555551234', code: '123' },
  vehicle_info: { make: 'Лада', model: 'Нива', color: 'синий', license_plate: '123 456' },
  handoff_instructions: 'Ждите у двери',
  passcode: '1234',
};
const TOM = { source: 'курьеры', name: 'Фома', vehicle_info: { license_plate: '777 123' } };

/** One order of each stage and kind, and a driver who takes two. */
async function deliverAll(location_id: string): Promise<void> {
  let number = 1_000;
  const next = () => ({ location_id, order_id: String((number += 1)) });
  const changed = next();
  await lab.deliver({ ...changed, delivery_status: 'enroute_to_pickup', driver_details: DRIVER });
  await lab.deliver({ ...changed, driver_details: { source: 'такси', name: 'Пётр' } });
  await lab.deliver({ ...next(), status: 'ready_for_pickup', delivery_status: 'неведомо' });
  await lab.deliver({ ...next(), status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' });
  for (const delivery_status of ['failed_to_assign_driver', 'failed_to_pickup', 'failed_to_deliver', 'failed'])
    await lab.deliver({ ...next(), delivery_status });
  await lab.deliver({ ...next(), status: 'out_for_delivery', delivery_status: 'enroute_to_return' });
  await lab.deliver({ ...next(), status: 'dsp_canceled' });
  const gone = next();
  await lab.deliver({ ...gone, status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' });
  await lab.deliver({ ...gone, status: 'merchant_canceled' });
  await lab.deliver({ ...next(), status: 'completed', delivery_status: 'completed' });
  await lab.deliver({
    ...next(),
    delivery_status: 'arrived_at_pickup',
    driver_details: { name: 'Робот 42', vehicle_info: { is_autonomous: true }, passcode: '9876' },
  });
  await lab.deliver({ ...next(), delivery_status: 'arrived_at_pickup', driver_details: DRIVER });
  for (const passcode of ['55', '66']) {
    await lab.deliver({ ...next(), delivery_status: 'arrived_at_pickup', driver_details: { ...TOM, passcode } });
  }
}

const serve = (body: string, status = 200) =>
  lab.context.route(
    (url) => url.pathname === CATALOGUE,
    (route) => route.fulfill({ status, contentType: 'application/json', body }),
  );

/** Sets the attribute of the component, as a vendor's page does. */
async function speakCatalogue(page: Page): Promise<void> {
  await page.evaluate(`document.querySelector('${COMPONENTS}').setAttribute('catalogue', '${CATALOGUE}')`);
  await untilOnPage(
    page,
    `document.querySelector('${COMPONENTS}').shadowRoot.querySelector('[lang="en-XA"]') !== null`,
  );
}

const openBoard = async (location: string, search = ''): Promise<void> => {
  await lab.page.goto(`${boardAddress(lab.service.url, location)}${search}`);
  await lab.page.locator('[data-freshness="live"]').first().waitFor();
};
const languageOfBoard = () => lab.page.locator('ticket-rail-board .frame').first().getAttribute('lang');
const comeOnline = () => lab.page.evaluate(`window.dispatchEvent(new Event('online'))`);
const dialog = (name: RegExp) => lab.page.getByRole('dialog', { name });

describe('a language that is 40 % longer, and comes from a vendor', () => {
  it('the board says nothing in English and cuts nothing off: cards, banners, settings, folds, and out of date', async () => {
    await serve(PSEUDO_CATALOGUE);
    await deliverAll('901');
    await openBoard('901');
    await speakCatalogue(lab.page);
    await lab.page.locator('ticket-rail-handoff dialog[open]').waitFor();
    await expectPseudo(lab.page);
    // From card to card: of a robot, of one driver, of one with two orders.
    const cards = new Set<string | null>();
    for (const order of await lab.page.locator('.column[data-stage="driver_here"] ticket-rail-tile').all()) {
      await lab.page.keyboard.press('Escape');
      await order.locator('.open').click();
      await lab.page.locator('ticket-rail-handoff dialog[open]').waitFor();
      cards.add(await lab.page.locator('ticket-rail-handoff dialog').getAttribute('data-order-id'));
      expect(await untranslated(lab.page)).toEqual([]);
    }
    expect(cards.size).toBe(4);
    await lab.page.locator('ticket-rail-handoff .group').waitFor();
    await expectPseudo(lab.page);
    const card = lab.page.locator('ticket-rail-handoff');
    // It looks like another order: each answer of the driver is tried, until one hands it over.
    const answers = await card.locator('.answers[data-asked] button').count();
    for (let at = 0; at < answers && !(await card.locator('.done').isVisible()); at += 1) {
      await card.locator('.answers[data-asked] button').nth(at).click();
      await card.locator('.done, .alike .stale').first().waitFor();
      expect(await untranslated(lab.page)).toEqual([]);
      if (await card.locator('.alike .stale').isVisible()) await card.locator('.answers button').last().click();
    }
    await card.locator('.done').waitFor();
    await lab.page.keyboard.press('Escape');
    await lab.page.locator('[data-fold="finished"] summary').click();
    await lab.page.locator('[data-fold="finished"] ticket-rail-tile').first().waitFor();
    await lab.page.locator('[data-fold="finished"] ticket-rail-tile .actions button').first().click();
    await lab.page.locator('[data-strip="recalled"]').waitFor();
    await expectPseudo(lab.page);
    await lab.page.locator('.tools button').last().click();
    await dialog(/⟦/).waitFor();
    await expectPseudo(lab.page);
    await lab.page.keyboard.press('Escape');
    // Out of date, for want of a login.
    const refuse = (url: URL): boolean => url.pathname.endsWith('/live');
    // What the worker of all tabs asks for cannot be answered here: the board connects by itself without it.
    await lab.page.addInitScript({ content: 'delete window.SharedWorker;' });
    await lab.context.route(refuse, (route) => route.fulfill({ status: 401, body: '' }));
    await lab.page.reload();
    await lab.page.locator('.banner.stale').waitFor();
    await speakCatalogue(lab.page);
    await expectPseudo(lab.page);
  });

  it('alarms, what is said aloud, and the board of a wall come from the catalogue', async () => {
    await serve(PSEUDO_CATALOGUE);
    await openBoard('902', '&mode=hand');
    await speakCatalogue(lab.page);
    await lab.page.keyboard.press('Tab');
    await lab.page.locator('input[type="search"]').fill('1');
    await deliverAll('902');
    await lab.page.locator('.banner.arrival').waitFor();
    await lab.page.locator('.banner.call').waitFor();
    await until('what is said aloud', async () => (await lab.page.locator('[aria-live]').innerText()).includes('⟦'));
    await expectPseudo(lab.page);
    await openBoard('902', '&mode=wall');
    await speakCatalogue(lab.page);
    await expectPseudo(lab.page);
  });

  it.each([
    ['/screens/customers?location=903', 'li[data-order-id]'],
    ['/screens/customers?location=904', '.none'],
    ['/screens', 'h2'],
  ])('the page %s says nothing in English and cuts nothing off', async (path, part) => {
    await serve(PSEUDO_CATALOGUE);
    await deliverAll('903');
    await lab.page.goto(`${lab.service.url}${path}`);
    await lab.page.locator(part).first().waitFor();
    await speakCatalogue(lab.page);
    await expectPseudo(lab.page);
  });

  it('a catalogue that cannot be loaded leaves the language as it is, the settings say so, and it is asked for again', async () => {
    await serve('nothing', 404);
    await openBoard('905');
    await lab.page.evaluate(`document.querySelector('ticket-rail-board').setAttribute('catalogue', '${CATALOGUE}')`);
    await until('the complaint', () => lab.complaints.some((text) => text.includes(CATALOGUE)));
    await lab.page.getByRole('button', { name: 'Settings' }).click();
    await dialog(/Settings of this screen/)
      .getByText(`The words of ${CATALOGUE} could not be loaded.`)
      .waitFor();
    expect(await languageOfBoard()).toBe('en');
    await lab.context.unrouteAll();
    await serve(PSEUDO_CATALOGUE);
    await comeOnline();
    await dialog(/⟦/).waitFor();
    expect(await lab.page.locator('ticket-rail-settings .failed').count()).toBe(0);
    expect(lab.complaints.filter((text) => text.includes(`The words of ${CATALOGUE}`))).toHaveLength(1);
  });

  it('words of ours that cannot be loaded leave the language as it is, and the settings say so', async () => {
    await lab.context.route(/\/assets\/es-[^/]+\.js$/, (route) => route.abort());
    await openBoard('909');
    await lab.page.getByRole('button', { name: 'Settings' }).click();
    await lab.page.getByRole('combobox', { name: 'Language' }).selectOption('es');
    await lab.page.getByRole('button', { name: 'Save' }).click();
    await until('the complaint', () => lab.complaints.some((text) => text.includes('The words of Español')));
    await lab.page.getByRole('button', { name: 'Settings' }).click();
    await lab.page.getByText('The words of Español could not be loaded.').waitFor();
    expect(await languageOfBoard()).toBe('en');
    await lab.context.unrouteAll();
    // Chromium keeps that a script did not come until the page is loaded anew.
    await lab.page.reload();
    await lab.page.getByRole('button', { name: 'Ajustes' }).waitFor();
    expect(await languageOfBoard()).toBe('es');
  });
});

describe('Spanish', () => {
  it.each(['/screens/board?location=906&lang=es', '/screens/customers?location=906&lang=es', '/screens?lang=es'])(
    'the page %s has nothing that axe finds fault with, and names its language',
    async (path) => {
      await deliverAll('906');
      await lab.page.emulateMedia({ reducedMotion: 'reduce' });
      await lab.page.goto(`${lab.service.url}${path}`);
      await untilOnPage(lab.page, `document.documentElement.lang === 'es'`);
      await lab.page.locator('ticket-rail-locations h2, [data-freshness="live"]').first().waitFor();
      const found = await violations(lab.page);
      if (path.includes('/board')) {
        await lab.page.getByRole('dialog', { name: /^Entrega/ }).waitFor();
        found.push(...(await violations(lab.page)));
        await lab.page.keyboard.press('Escape');
        await lab.page.getByRole('button', { name: 'Ajustes' }).click();
        await dialog(/Ajustes de esta pantalla/).waitFor();
        found.push(...(await violations(lab.page)));
      }
      expect(found).toEqual([]);
      expect(lab.complaints).toEqual([]);
    },
  );

  it('the login speaks the language of the browser, or that of the page it leads to, and axe finds no fault', async () => {
    const context = await newContext(lab.browser, { locale: 'es-MX' });
    const page = await context.newPage();
    await page.goto(`${lab.service.url}/screens`);
    await page.getByRole('button', { name: es['login.button'] }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${lab.service.url}/login?next=${encodeURIComponent('/screens/board?lang=fr')}`);
    await page.getByRole('heading', { name: 'Connexion' }).waitFor();
    await context.close();
  });

  it('a screen speaks as its browser, then as it was set, and before both as its address says', async () => {
    const context = await newContext(lab.browser, { locale: 'es-MX' });
    await context.addCookies([{ name: 'ticket_rail_session', value: COUNTER, url: lab.service.url }]);
    const page = await context.newPage();
    await page.goto(boardAddress(lab.service.url, '907'));
    await page.getByRole('button', { name: 'Ajustes' }).click();
    await page.getByRole('combobox', { name: 'Idioma' }).selectOption('pt-BR');
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.getByRole('searchbox', { name: 'Buscar pedidos, entregadores, placas' }).waitFor();
    await page.goto(`${lab.service.url}/screens`);
    await page.getByRole('heading', { name: 'Telas' }).waitFor();
    await page.goto(`${boardAddress(lab.service.url, '907')}&lang=zh`);
    await page.getByRole('button', { name: '设置' }).click();
    expect(await page.getByRole('combobox', { name: '语言' }).isDisabled()).toBe(true);
    expect(await page.title()).toBe('订单看板：907 · Ticket Rail');
    await context.close();
  });
});

describe('several components in one page', () => {
  /** Has the page speak, and waits until a component does. */
  const untilSpoken = (language: string, component: string): Promise<unknown> =>
    untilOnPage(lab.page, `${component}.shadowRoot?.querySelector('[lang="${language}"]') != null`);

  it('a component that names no language speaks that of the others, and one that was away takes it up', async () => {
    await openBoard('910', '&lang=es');
    await untilSpoken('es', `document.querySelector('ticket-rail-board')`);
    expect(await lab.page.locator('a.home').getAttribute('href')).toMatch(/\/screens\?lang=es$/);
    await lab.page.evaluate(
      `window.second = document.createElement('ticket-rail-board'); document.body.append(second)`,
    );
    await untilSpoken('es', 'second');
    expect([await languageOfBoard(), await lab.page.evaluate('document.documentElement.lang')]).toEqual(['es', 'es']);
    await lab.page.evaluate(`second.remove(); document.querySelector('ticket-rail-board').language = 'pt-BR'`);
    await untilSpoken('pt-BR', `document.querySelector('ticket-rail-board')`);
    await lab.page.evaluate('document.body.append(second)');
    await untilSpoken('pt-BR', 'second');
    expect(await languageOfBoard()).toBe('pt-BR');
    expect(lab.complaints).toEqual([]);
  });
});

describe('a language that is written from right to left', () => {
  it('the board is laid out from the right, with nothing cut off, in the words of a vendor', async () => {
    await serve(
      JSON.stringify({ language: 'he', messages: { 'stage.driver_here': 'שליח כאן', 'tile.order': 'הזמנה {order}' } }),
    );
    await deliverAll('908');
    await openBoard('908');
    await lab.page.evaluate(`document.querySelector('ticket-rail-board').setAttribute('catalogue', '${CATALOGUE}')`);
    await lab.page.getByRole('heading', { name: 'שליח כאן' }).waitFor();
    expect(await lab.page.evaluate('document.documentElement.dir')).toBe('rtl');
    const widths: number[] = [];
    for (const isOpen of [true, false]) {
      if (!isOpen) await lab.page.keyboard.press('Escape');
      for (const width of WIDTHS) {
        await lab.page.setViewportSize({ width, height: 900 });
        widths.push(Math.max(0, await overflow(lab.page)));
      }
    }
    expect(new Set(widths)).toEqual(new Set([0]));
    const lefts = await lab.page.evaluate(`[...document.querySelector('ticket-rail-board').shadowRoot
      .querySelectorAll('.stack')].map((one) => one.getBoundingClientRect().left)`);
    expect(lefts).toEqual([...(lefts as number[])].sort((one, other) => other - one));
    // An id stays as it is written, whatever is around it.
    expect(await lab.page.locator('ticket-rail-tile article').first().getAttribute('aria-label')).toMatch(
      /^הזמנה \u2068\d+\u2069$/,
    );
  });
});
