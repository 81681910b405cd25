import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/patience';
import { startProxy } from '../support/proxy';
import { discard, entryOf, type RunningService, startService, temporaryDirectory } from '../support/running-service';
import { focused, tabTo } from '../support/screen-inspect';
import { boardAddress, screenLab, updated } from '../support/screen-lab';

/** Who sees what on a screen. */

const lab = screenLab();

describe('the screen of a reader', () => {
  const token = 'screen-0123456789abcdef0123456789';
  const other = 'another-0123456789abcdef0123456789';
  let directory: string;
  let file: string;
  let closed: RunningService;

  const allow = (...tokens: string[]): void => {
    writeFileSync(file, JSON.stringify(tokens.map((one) => entryOf(one, 'screen', ['mine']))));
  };

  beforeAll(async () => {
    directory = temporaryDirectory();
    file = join(directory, 'readers.json');
    allow(token, other);
    closed = await startService({ READERS: '', READERS_FILE: file });
    for (const location_id of ['mine', 'theirs']) {
      expect((await closed.deliver(updated({ location_id, order_id: `of ${location_id}` }))).status).toBe(200);
    }
  });
  afterAll(async () => {
    await discard(closed);
    rmSync(directory, { recursive: true });
  });
  beforeEach(() => {
    allow(token, other);
  });

  const signIn = async (address: string): Promise<void> => {
    await lab.page.goto(address);
    expect(new URL(lab.page.url()).pathname).toBe('/login');
    await lab.page.getByLabel(/token/i).fill(token);
    await lab.page.getByRole('button', { name: 'Log in' }).click();
  };

  it('the screen of a reader is led to the login and back, shows its location only, and can be signed out', async () => {
    await signIn(boardAddress(closed.url, 'mine'));
    await lab.tile('of mine').waitFor();
    const locations = lab.page.getByRole('combobox', { name: 'Location' }).locator('option');
    await until('the locations', async () => (await locations.count()) > 0);
    expect(await locations.allTextContents()).toEqual(['mine']);
    await lab.page.goto(boardAddress(closed.url, 'theirs'));
    await lab.page.getByText('This screen may not show this location.').first().waitFor();
    expect(await lab.page.locator('ticket-rail-tile').count()).toBe(0);
    await lab.page.goto(`${closed.url}/screens`);
    await lab.page.getByRole('link', { name: 'Order board of mine' }).waitFor();
    expect(await lab.page.getByText('theirs').count()).toBe(0);
    await lab.page.getByRole('button', { name: /Sign out/ }).waitFor();
    await tabTo(lab.page, /Sign out/);
    expect(await focused(lab.page)).toMatchObject({ name: expect.stringMatching(/Sign out/) as string, ringed: true });
    await lab.page.keyboard.press('Enter');
    await lab.page.waitForURL(/\/login/);
    await lab.page.goto(boardAddress(closed.url, 'mine'));
    expect(new URL(lab.page.url()).pathname).toBe('/login');
  });

  it('a wrong token is refused at the login, which says so', async () => {
    await lab.page.goto(boardAddress(closed.url, 'mine'));
    await lab.page.getByLabel(/token/i).fill('wrong');
    await lab.page.getByRole('button', { name: 'Log in' }).click();
    expect(await lab.page.getByRole('alert').innerText()).toContain('This token is not known');
    expect(await lab.context.cookies()).toEqual([]);
  });

  it('a screen whose reader is removed goes grey in all tabs, says why, and leads to the login and back to its board', async () => {
    await signIn(boardAddress(closed.url, 'mine'));
    await lab.tile('of mine').waitFor();
    const beside = await lab.context.newPage();
    await lab.openBoard('mine', beside, closed.url);
    allow(other);
    const banner = lab.page.locator('.banner.stale[data-cause="login"]');
    await beside.locator('.banner.stale[data-cause="login"]').waitFor();
    await banner.getByText('This screen is not signed in.').waitFor();
    expect(await lab.page.locator('.body[data-stale]').count()).toBe(1);
    await banner.getByRole('link', { name: 'Sign in' }).click();
    await lab.page.waitForURL(/\/login/);
    await lab.page.getByLabel(/token/i).fill(other);
    await lab.page.getByRole('button', { name: 'Log in' }).click();
    await lab.tile('of mine').waitFor();
    expect(lab.page.url()).toBe(boardAddress(closed.url, 'mine'));
    await beside.locator('.frame[data-freshness="live"]').waitFor();
  });
});

describe('the customer board', () => {
  it('the customer board never holds anything about persons, on the page or on the wire', async () => {
    const location = lab.newLocation();
    const personal = {
      delivery_status: 'enroute_to_pickup',
      driver_details: {
        source: 'Sourcery',
        name: 'Jane Driver',
        phone: { number: '+15555551234', code: 'code-987' },
        picture_url: 'https://example.com/driver.jpg',
        vehicle_info: { make: 'Toyota', model: 'Camry', color: 'Silver', license_plate: 'ABC1234' },
        handoff_instructions: 'Ring twice',
        passcode: 'code-4711',
      },
    };
    const proxy = await startProxy(lab.service.url);
    await lab.deliver({ location_id: location, order_id: 'first', ...personal });
    await lab.page.goto(`${proxy.url}/screens/customers?location=${location}`);
    const region = lab.page.getByRole('region', { name: 'Being prepared' });
    await region.getByText('first').waitFor();
    await lab.deliver({ location_id: location, order_id: 'second', ...personal });
    await region.getByText('second').waitFor();
    await lab.deliver({ location_id: location, order_id: 'second', ...personal, status: 'ready_for_pickup' });
    await lab.page.getByRole('region', { name: 'Ready', exact: true }).getByText('second').waitFor();
    const wire = proxy.passed();
    const shown = String(
      await lab.page.evaluate(`(() => {
        const all = (root) => [...root.querySelectorAll('*')].map(
          (one) => one.outerHTML + (one.shadowRoot ? all(one.shadowRoot) : '')).join('');
        return all(document);
      })()`),
    );
    await proxy.close();
    expect(wire).toContain('event: snapshot');
    expect(wire).toContain('event: order');
    // Ids and headers have random digits.
    const lines = wire.slice(wire.indexOf('event: snapshot')).split('\n');
    const feed = lines.filter((line) => line.startsWith('data:')).join('\n');
    const secret =
      /Sourcery|Jane|5555551234|code-987|driver_|Toyota|Camry|Silver|ABC1234|Ring|code-4711|in_progress|enroute/;
    expect([secret.exec(feed), secret.exec(shown)]).toEqual([null, null]);
    expect(lab.strangers).toEqual([]);
  });
});
