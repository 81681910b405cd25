import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { esOperators } from '../../schemas/language/operators/es';
import { entryOf as destinationOf } from '../services/destinations/support';
import { until } from '../support/patience';
import { PSEUDO_CATALOGUE } from '../support/pseudo-language';
import { expectPseudo, untranslated } from '../support/pseudo-page';
import { asOperator, entryOf, OPERATOR_TOKEN, temporaryDirectory } from '../support/running-service';
import { violations } from '../support/screen-inspect';
import { boardAddress, screenLab, updated } from '../support/screen-lab';
import { untilOnPage } from '../support/screen-watch';

/** The pages of shift leads and operators in other languages than English. */

const COUNTER = 'counter-3-0123456789';
const directory = temporaryDirectory();
const fileOf = (name: string, content: unknown): string => {
  const path = join(directory, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
};
/** Where nothing listens (RFC 863). */
const NOWHERE = 'http://127.0.0.1:9/';
const CATALOGUE = '/vendor.json';

// What others wrote is in Cyrillic or digits here, so that each Latin letter outside of brackets is an untranslated one.
const lab = screenLab({
  STREAM_WEBHOOK_SECRETS: '',
  READERS: '',
  READERS_FILE: fileOf('readers.json', [
    { ...entryOf(OPERATOR_TOKEN, 'operator'), name: 'Смена' },
    { ...entryOf(COUNTER, 'screen', ['901']), name: 'Окно' },
  ]),
  DESTINATIONS_FILE: fileOf('destinations.json', { destinations: [destinationOf(NOWHERE, { name: '42' })] }),
  RELAY_URL: NOWHERE,
});

const PAGES = [
  ['overview', '.alarms'],
  ['watching', 'tr[data-screen]'],
  ['quarantine', 'li[data-quarantine-id]'],
  ['readers', 'tr[data-reader]'],
  ['destinations', '[data-destination][data-trouble="true"]'],
  ['relays', 'tr[data-relay-id]'],
  ['accesses', 'tr[data-access-id]'],
] as const;

/** What can be pressed on a page, and what then appears. */
const PRESSED: Readonly<
  Partial<Record<(typeof PAGES)[number][0], readonly (readonly [press: string, part: string])[]>>
> = {
  quarantine: [
    ['[data-quarantine-id="0"] button >> nth=0', '[data-result="0"]'],
    ['[data-quarantine-id="0"] button >> nth=1', 'pre'],
  ],
  readers: [
    ['form button.primary', 'ticket-rail-screen-form [data-said] bdi'],
    ['[data-reader] button', '[data-keep]'],
  ],
};

const signIn = (token: string): Promise<void> =>
  lab.context.addCookies([{ name: 'ticket_rail_session', value: token, url: lab.service.url }]);

beforeAll(async () => {
  await until('the destination to be begun', async () => {
    const { status, json } = await lab.service.call('/destinations', { headers: asOperator });
    return status === 200 && !JSON.stringify(json).includes('"lag":null');
  });
  const about = { location_id: '901', order_id: '1001' };
  await lab.deliver({ ...about, delivery_status: 'failed_to_assign_driver' });
  await lab.deliver({ ...about, order_id: '1002', delivery_status: 'arrived_at_pickup' });
  await lab.service.deliver({
    type: 'order.updated',
    object: { location_id: '901', driver_details: { source: 'курьеры' } },
  });
  await lab.service.deliver({ ...updated(about), type: 'order.created' });
  const body = JSON.stringify({ from: 'now' });
  await until('the consumer to be begun', async () => {
    const { status } = await lab.service.call('/consumers/77', { method: 'PUT', headers: asOperator, body });
    return status < 300;
  });
});

describe('the pages of shift leads and operators', () => {
  it.each(PAGES)(
    'the page of %s has no fault for axe in Spanish, and nothing English or cut off in the pseudo-language',
    async (name, part) => {
      const { page, context, service } = lab;
      await signIn(OPERATOR_TOKEN);
      await context.route(
        (url) => url.pathname === CATALOGUE,
        (route) => route.fulfill({ contentType: 'application/json', body: PSEUDO_CATALOGUE }),
      );
      if (name === 'watching') {
        const board = await context.newPage();
        await board.goto(boardAddress(service.url, '901'));
        await board.locator('[data-freshness="live"]').first().waitFor();
      }
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.goto(`${service.url}/screens/${name}?lang=es`);
      await untilOnPage(page, `document.documentElement.lang === 'es'`);
      await page.locator(part).first().waitFor();
      expect(await page.title()).toBe(`${esOperators[`${name}.title`]} · Ticket Rail`);
      expect(await page.locator('header a[aria-current]').getAttribute('href')).toMatch(/\?lang=es$/);
      expect(await violations(page)).toEqual([]);
      await page.evaluate(`document.querySelector('ticket-rail-${name}').setAttribute('catalogue', '${CATALOGUE}')`);
      await untilOnPage(page, `document.documentElement.lang === 'en-XA'`);
      await expectPseudo(page);
      for (const field of await page.locator('input[required]').all()) await field.fill('1');
      for (const [press, appears] of PRESSED[name] ?? []) {
        await page.locator(press).first().click();
        await page.locator(appears).first().waitFor();
        expect(await untranslated(page)).toEqual([]);
      }
      if (name in PRESSED) await expectPseudo(page);
      // A redrive of what is still unusable.
      expect(lab.complaints.filter((text) => !text.includes('422'))).toEqual([]);
    },
  );

  it('a reader who may not see a page reads why in the language of the page', async () => {
    await signIn(COUNTER);
    await lab.page.goto(`${lab.service.url}/screens/relays?lang=es`);
    await lab.page.getByText(esOperators['answer.forbidden_operator']).waitFor();
    expect(lab.complaints.filter((text) => !text.includes('403'))).toEqual([]);
  });

  it('what the service says of a screen that was not added is marked as English', async () => {
    await signIn(OPERATOR_TOKEN);
    await lab.page.goto(`${lab.service.url}/screens/readers?lang=es`);
    const form = lab.page.locator('ticket-rail-screen-form');
    await form.locator('input[name="code"]').fill('1');
    await form.locator('input[name="name"]').fill('1');
    await form.getByLabel(esOperators['screen.everywhere']).check();
    await form.getByRole('button', { name: esOperators['screen.do_add'] }).click();
    await form.locator('[data-said] bdi[lang="en"]').waitFor();
    expect(lab.complaints.filter((text) => !/\b4\d\d\b/.test(text))).toEqual([]);
  });

  it('a role is shown as the configuration takes it, too', async () => {
    await signIn(OPERATOR_TOKEN);
    await lab.page.goto(`${lab.service.url}/screens/readers?lang=es`);
    const role = lab.page.locator('[data-reader="Смена"] td').first();
    await lab.page.getByText(esOperators['role.operator']).first().waitFor();
    expect(await role.innerText()).toBe(`${esOperators['role.operator']} operator`);
    expect(await role.locator('code').innerText()).toBe('operator');
  });

  it('the board that the overview leads to speaks as the overview was asked to', async () => {
    await signIn(OPERATOR_TOKEN);
    await lab.page.goto(`${lab.service.url}/screens?lang=es`);
    await lab.page.getByRole('link', { name: esOperators['overview.title'] }).click();
    await lab.page.getByRole('link', { name: '901' }).click();
    await untilOnPage(lab.page, `document.documentElement.lang === 'es'`);
    await lab.page.waitForURL(/location=901&lang=es$/);
    expect(lab.complaints).toEqual([]);
  });
});
