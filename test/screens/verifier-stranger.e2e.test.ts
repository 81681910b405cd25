import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { EVIDENCE_MESSAGES } from '../../schemas/language/sentences/evidence-messages';
import { enVerifier } from '../../schemas/language/verifier/en';
import { esVerifier } from '../../schemas/language/verifier/es';
import { LANGUAGES } from '../../schemas/language/languages';
import { launchChromium, LAUNCH_TIMEOUT_MS } from '../support/chromium';
import { orderPath } from '../support/deliveries';
import { openVerifier, resultsOf, type Shown, VERIFIER } from '../support/open-verifier';
import { pseudoMessages } from '../support/pseudo-language';
import { expectPseudo } from '../support/pseudo-page';
import { asReader, discard, type RunningService, startService, temporaryDirectory } from '../support/running-service';
import { targets, violations } from '../support/screen-inspect';

/** The verifier as somebody meets it who has never seen it: what is said, of which files, and in which language. */

// What others wrote is in Cyrillic or digits here, so that each Latin letter outside of brackets is an untranslated one.
const KEY = { location_id: '901', order_id: '1001' };
const ANNA = { source: 'курьеры', name: 'Анна' };

const directory = temporaryDirectory();
let service: RunningService;
let browser: Browser;
const path = (name: string): string => join(directory, name);
function save(name: string, content: string | Buffer): string {
  writeFileSync(path(name), content);
  return name;
}

beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), launchChromium()]);
  for (const fields of [
    { status: 'in_progress', delivery_status: 'arrived_at_pickup', driver_details: ANNA },
    { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff', driver_details: ANNA },
    { status: 'completed', delivery_status: 'completed' },
  ])
    await service.deliver({ type: 'order.updated', object: { ...KEY, ...fields } });
  const get = async (at: string): Promise<string> => {
    const { status, text } = await service.get(at, asReader);
    expect(status).toBe(200);
    return text;
  };
  save('1', await get(orderPath(KEY, '/evidence')));
  save('2', await get(orderPath(KEY, '/evidence?contacts=withheld')));
  save('3', readFileSync(path('1'), 'utf8').replaceAll('\n', '\r\n'));
  save('4', readFileSync(path('1'), 'utf8').replace('Анна', 'Борис'));
  save('5', readFileSync(path('1'), 'utf8').replaceAll('"status":"completed"', '"status":"failed"'));
  save('6', 'a letter');
  save('7', await get(`/locations/${KEY.location_id}/history?format=ndjson`));
}, LAUNCH_TIMEOUT_MS);
afterAll(async () => {
  await browser.close();
  await discard(service);
  rmSync(directory, { recursive: true });
});

const ALL = ['1', '2', '3', '4', '5', '6', '7'];

async function shownOf(names: readonly string[], query = ''): Promise<readonly Shown[]> {
  const { page, complaints } = await openVerifier(browser, {}, { query });
  await page.locator('#files').setInputFiles(names.map(path));
  const shown = await resultsOf(page);
  expect(complaints).toEqual([]);
  await page.context().close();
  return shown;
}

describe('the verifier for a stranger', () => {
  it('above the details stands which order it is, of which time, and what was reported, as it follows from the facts', async () => {
    const [whole, withheld, , forged, broken, , export_] = await shownOf(ALL);
    const sentence = expect.stringMatching(
      /^Анна was here [\d:]+ to [\d:]+ and left with the order; the order was compl/,
    ) as string;
    const about = [
      'Order 1001 of location 901',
      expect.stringMatching(/^3 events, received from 20[\d-]+ [\d:]+ to /) as string,
    ];
    expect(whole?.said.slice(-3)).toEqual([...about, sentence]);
    expect(withheld?.said.slice(-3)).toEqual([...about, sentence]);
    // What the page was changed to say is not taken from it.
    expect(forged?.said.slice(-3)).toEqual([...about, sentence]);
    expect(forged).toMatchObject({ verdict: 'broken', title: 'Does not hold as it is' });
    expect(broken?.said).toEqual([enVerifier['means.broken']]);
    expect(export_?.said.at(-2)).toBe('Location 901');
  });

  it('evidence that a browser saved anew, or whose line ends were changed, does not hold as it is, and it is said why', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.setContent(readFileSync(path('1'), 'utf8'));
    const saved = save('saved', await page.content());
    await context.close();
    const [anew, ends] = await shownOf([saved, '3']);
    for (const shown of [anew, ends])
      expect(shown).toMatchObject({ verdict: 'broken', title: 'Does not hold as it is' });
    expect(anew?.said[0]).toBe(enVerifier['means.within_facts']);
    expect(ends?.said[0]).toBe(enVerifier['means.within_all']);
  });

  it('files that are none of ours are not verified, and it is said which to choose', async () => {
    const files = [
      save('photo', Buffer.from([0xff, 0xd8, 0xff, 0xe0])),
      save('data', '{"a":1}'),
      save('zip', 'PK\u0003\u0004'),
    ];
    const shown = await shownOf([...files, '6']);
    expect(shown.map(({ verdict, title }) => [verdict, title])).toEqual(shown.map(() => ['unusable', 'Not verified']));
    for (const { said } of shown) expect(said.join()).toContain('.evidence.html');
    writeFileSync(path('verifier'), readFileSync(VERIFIER));
    expect((await shownOf(['verifier']))[0]?.said).toEqual([enVerifier['foreign.verifier']]);
  });

  it('the verifier has each language in it, and speaks the one of its address, or else the one of the browser', async () => {
    const spoken = async (options: { locale?: string }, query: string) => {
      const { page, complaints } = await openVerifier(browser, options, { query });
      const said = {
        language: await page.locator('html').getAttribute('lang'),
        title: await page.locator('h1').innerText(),
      };
      expect(complaints).toEqual([]);
      await page.context().close();
      return said;
    };
    expect(await spoken({ locale: 'es-MX' }, '')).toEqual({ language: 'es', title: esVerifier['verifier.title'] });
    for (const language of Object.keys(LANGUAGES))
      expect(await spoken({ locale: 'es-MX' }, `?lang=${language}`)).toMatchObject({ language });
    expect(await spoken({ locale: 'de' }, '')).toEqual({ language: 'en', title: enVerifier['verifier.title'] });
  });

  it('the verifier says results in the language of the page, and the lines of the command in English', async () => {
    const [whole] = await shownOf(['1'], '?lang=es');
    expect(whole?.title).toBe(esVerifier['verdict.holds']);
    expect(whole?.said).toContain(esVerifier['means.not_true']);
    expect(whole?.said.at(-1)).toMatch(/^Анна estuvo aquí de [\d:]+ a [\d:]+ y salió con el pedido; /);
    expect(whole?.lines[0]).toBe('1 holds: 3 events.');
  });

  it('the verifier has nothing English or cut off in the pseudo-language, and no fault for axe in Spanish', async () => {
    const html = readFileSync(VERIFIER, 'utf8');
    const [, block = ''] = /<script type="application\/json" id="languages">([\s\S]*?)<\/script>/.exec(html) ?? [];
    const languages = JSON.parse(block) as Record<string, unknown>;
    const pseudo = { ...languages, es: pseudoMessages({ ...EVIDENCE_MESSAGES, ...enVerifier }) };
    const file = save(
      'pseudo.html',
      html.replace(block, () => JSON.stringify(pseudo).replaceAll('<', '\\u003c')),
    );
    for (const [where, check] of [
      [VERIFIER, violations],
      [path(file), expectPseudo],
    ] as const) {
      const { page, complaints } = await openVerifier(browser, {}, { query: '?lang=es', file: where });
      await page.locator('#files').setInputFiles(ALL.map(path));
      expect((await resultsOf(page)).map(({ verdict }) => verdict)).toEqual([
        ...['holds', 'undecided', 'broken', 'broken', 'broken', 'unusable', 'holds'],
      ]);
      await page.locator('summary').first().click();
      expect((await check(page)) ?? []).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  });

  it.each(['light', 'dark'] as const)(
    'the results of the verifier fit 320 pixels and have nothing that axe finds fault with, in %s colours',
    async (colorScheme) => {
      const { page } = await openVerifier(browser, { colorScheme, viewport: { width: 320, height: 800 } });
      await page.locator('#files').setInputFiles(ALL.map(path));
      await resultsOf(page);
      for (const details of await page.locator('summary').all()) await details.click();
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
      expect((await targets(page)).filter(({ width, height }) => width < 44 || height < 44)).toEqual([]);
      await page.context().close();
    },
  );
});
