import { rmSync } from 'node:fs';
import { collectEvidence } from '../../../../services/audit/evidence/collect-evidence';
import { signedEvidence } from '../../../../services/audit/checkpoints/proofs';
import { atOnce } from '../../../../services/audit/evidence/steps';
import { evidenceSteps, signedPart } from '../../../../services/audit/evidence/write-evidence';
import { browserLab } from '../../../support/browser-lab';
import { filledTo, type PaperPage, pagesOf } from '../../../support/paper';
import { temporaryDirectory } from '../../../support/running-service';
import { placeIn, signOnce } from '../support';
import { BEGUN_MS, type Done, KEY, recordedOrder, type Reported } from './recorded-order';
import { recordShown, type Shown } from './shown-order';
import { QUARREL, USUAL } from './stories';

/** Evidence on paper, as it is handed to a court. */

const lab = browserLab();

const PAPERS = ['A4', 'Letter'] as const;
/** Milliseconds between events: spans of minutes and seconds, as most are. */
const EVERY_MS = 725_400;
/** Pixels a point. */
const SCALE = 0.5;
/** How much of the height of a page the foot takes. */
const FOOT = 0.06;
/** A page that is filled no further than this is nearly empty. */
const NEARLY_EMPTY = 0.4;
const DETAILS = 'What was reported, and how it was read';
/** With what the last words on the first page begin. */
const LAST_OF_FIRST = {
  shown: 'Who signed the checkpoints',
  withheld: 'A file with them can be had from the restaurant',
};

interface Printing {
  readonly format: (typeof PAPERS)[number];
  readonly withheld?: boolean;
  readonly locationName?: string | null;
  readonly timeZone?: string;
  /** Each revision was on three screens, and its alarm sounded on one. */
  readonly isShown?: boolean;
}

/** What screens showed of so many events. */
const shownOf = (events: number): readonly Shown[] =>
  Array.from({ length: events }, (_, revision) =>
    ['counter 1', 'counter 2', 'drive-through window'].map((screen, index): Shown => {
      const at = new Date(BEGUN_MS + revision * EVERY_MS + 300 * (index + 1)).toISOString();
      return { revision, at, screen, part: index === 2 ? 'alarm' : 'tile' };
    }),
  ).flat();

/** Prints the evidence of an order, with the signed checkpoint that it would have. */
async function printed(
  story: readonly (Reported | Done)[],
  { format, withheld = false, locationName = 'Harbour Street', timeZone = 'America/New_York', isShown }: Printing,
): Promise<readonly PaperPage[]> {
  const store = await recordedOrder(story, EVERY_MS);
  if (isShown === true) await recordShown(store, shownOf(story.length));
  const collected = await collectEvidence(store, KEY);
  if (collected.kind !== 'collected') throw new Error(collected.kind);
  const { evidence } = collected;
  const directory = temporaryDirectory();
  const place = placeIn(directory);
  await signOnce(store, place);
  const options = {
    ...{ key: KEY, secrets: [], version: '1.2.3', code: 'code', exportedAt: '2026-11-22T00:00:00.000Z' },
    ...{ withheld, locationName, timeZone },
    ...(await signedPart(signedEvidence(place), evidence, withheld)),
  };
  rmSync(directory, { recursive: true });
  await lab.page.setContent(atOnce(evidenceSteps(options, evidence)));
  return pagesOf(await lab.page.pdf({ format }), SCALE);
}

const textOf = ({ text }: PaperPage): string => text.replaceAll(/\s+/g, ' ');

/** Numbers of pages, from 1, that are nearly empty; the last ends where it ends. */
const nearlyEmpty = (pages: readonly PaperPage[]): readonly number[] =>
  pages.slice(0, -1).flatMap((page, index) => (filledTo(page, FOOT) < NEARLY_EMPTY ? [index + 1] : []));

const usual = PAPERS.flatMap((format) =>
  [false, true].flatMap((withheld) => Object.keys(USUAL).map((story) => ({ format, withheld, story }))),
);

describe('evidence on paper', () => {
  it.each(usual)(
    'the first page of a usual order stands alone on $format, with contacts withheld: $withheld: $story',
    async ({ format, withheld, story }) => {
      const pages = await printed(USUAL[story] ?? [], { format, withheld });
      const [first = '', second = ''] = pages.map(textOf);
      expect(first).toContain('What became of it');
      expect(first).toContain(withheld ? LAST_OF_FIRST.withheld : LAST_OF_FIRST.shown);
      expect(first).not.toContain(DETAILS);
      expect(second).toContain(DETAILS);
      expect(nearlyEmpty(pages)).toEqual([]);
    },
  );

  it.each(PAPERS.flatMap((format) => [false, true].map((withheld) => ({ format, withheld }))))(
    'what screens showed takes a line of a first page that stands alone on $format, and no event of it is torn, with contacts withheld: $withheld',
    async ({ format, withheld }) => {
      for (const story of Object.keys(USUAL)) {
        const pages = await printed(USUAL[story] ?? [], { format, withheld, isShown: true });
        const texts = pages.map(textOf);
        expect(texts[0]).toContain('with which a driver was here');
        expect(texts[0]).toContain(withheld ? LAST_OF_FIRST.withheld : LAST_OF_FIRST.shown);
        expect(texts[0]).not.toContain(DETAILS);
        expect(nearlyEmpty(pages)).toEqual([]);
        const parts = texts.map((text) =>
          [/counter 1, signed in/g, /drive-through window, signed in/g].map((of) => text.match(of)?.length ?? 0),
        );
        expect(parts.filter(([begun, ended]) => begun !== ended)).toEqual([]);
        expect(parts.reduce((sum, [begun = 0]) => sum + begun, 0)).toBe(USUAL[story]?.length);
      }
    },
  );

  it.each(PAPERS)(
    'a first page that runs over goes on without a nearly empty page, and no event is torn: %s',
    async (format) => {
      const pages = await printed(QUARREL, { format });
      const texts = pages.map(textOf);
      const details = texts.findIndex((text) => text.includes(DETAILS));
      expect(details).toBeGreaterThan(0);
      expect(texts.findIndex((text) => text.includes(LAST_OF_FIRST.shown))).toBeLessThanOrEqual(details);
      expect(nearlyEmpty(pages)).toEqual([]);
      const parts = texts.map((text) =>
        [/order\.updated/g, /Secret that verified it/g].map((of) => text.match(of)?.length ?? 0),
      );
      expect(parts.filter(([begun, ended]) => begun !== ended)).toEqual([]);
      expect(parts.reduce((sum, [begun = 0]) => sum + begun, 0)).toBe(QUARREL.length);
      // The head of the table stands on each page that has events.
      for (const text of texts.filter((one) => one.includes('Secret that verified it')))
        expect(text).toContain('the order after it');
    },
  );

  it('the foot of each page says which order and restaurant it is about, and which page of how many it is', async () => {
    for (const [locationName, place] of [
      ['Harbour Street', 'Harbour Street'],
      [null, 'location disputes'],
    ] as const) {
      const texts = (await printed(USUAL['one driver'] ?? [], { format: 'A4', locationName })).map(textOf);
      expect(texts.length).toBeGreaterThanOrEqual(3);
      for (const [index, text] of texts.entries()) {
        expect(text).toContain(`Page ${String(index + 1)} of ${String(texts.length)}`);
        expect(text.replaceAll(/[\u2068\u2069]/g, '')).toContain(`Order o/1 · ${place}`);
      }
    }
  });

  it('a name that would end the style or the page is text at the foot', async () => {
    const locationName = '"}</style><img src=x onerror="window.hacked=1">\\';
    const texts = (await printed(USUAL['one driver'] ?? [], { format: 'A4', locationName })).map(textOf);
    for (const text of texts) expect(text).toContain('"}</style><img');
    expect(texts[0]).toContain('What became of it');
    expect(await lab.page.locator('img').count()).toBe(0);
    expect(await lab.page.evaluate('window.hacked')).toBeUndefined();
  });
});
