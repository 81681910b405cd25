import fc from 'fast-check';
import { readerName } from '../../schemas/files/reader-name';
import { enAuditors } from '../../schemas/language/auditors/en';
import { esAuditors } from '../../schemas/language/auditors/es';
import { frCaAuditors } from '../../schemas/language/auditors/fr-ca';
import { ptBrAuditors } from '../../schemas/language/auditors/pt-br';
import { zhHansAuditors } from '../../schemas/language/auditors/zh-hans';
import { createSpeech, type Source } from '../../schemas/language/speech';
import type { Compared, RailAction } from '../../schemas/events/rail-actions';
import { actionPhrase, actionWords } from '../../schemas/language/sentences/action-words';
import { OF_FILES, sentenceOf, textOfParts, timeIn } from '../../schemas/language/sentences/phrase';
import { summaryWords } from '../../schemas/language/sentences/summary-words';
import { arbitraryEvents } from '../projections/arbitraries';
import { eventsOf, JANE, JOHN, says } from '../projections/scenario';
import { cases } from '../support/depth';
import { ordersOf, UTC } from './sentence';

const LANGUAGES: readonly (readonly [string, Source])[] = [
  ['en', enAuditors],
  ['es', esAuditors],
  ['fr-CA', frCaAuditors],
  ['pt-BR', ptBrAuditors],
  ['zh-Hans', zhHansAuditors],
];
const speechOf = (tag: string): ReturnType<typeof createSpeech> =>
  createSpeech(tag, tag, new Map(LANGUAGES).get(tag) ?? {});

/** What became of an order whose driver changed while the food was not ready. */
const CHANGED = ordersOf(
  eventsOf(
    says('in_progress', 'arrived_at_pickup', JANE),
    says('in_progress', 'enroute_to_pickup', JOHN),
    says('out_for_delivery', 'enroute_to_dropoff', JOHN),
    says('completed', 'completed', JOHN),
  ),
);

describe('an order in one sentence, in every language', () => {
  it.each([
    [
      'en',
      'Jane Driver was here 18:00:00 to 18:00:01, then DoorDash gave the order to John Driver, who left with it at 18:00:02; the order was completed at 18:00:03.',
    ],
    [
      'es',
      'Jane Driver estuvo aquí de 18:00:00 a 18:00:01; después DoorDash dio el pedido a John Driver, que salió con él a las 18:00:02; el pedido se completó a las 18:00:03.',
    ],
    [
      'fr-CA',
      'Jane Driver était ici de 18:00:00 à 18:00:01, puis DoorDash a confié la commande à John Driver, qui l’a emportée à 18:00:02; la commande a été terminée à 18:00:03.',
    ],
    [
      'pt-BR',
      'Jane Driver esteve aqui de 18:00:00 a 18:00:01; depois DoorDash passou o pedido para John Driver, que saiu com ele às 18:00:02; o pedido foi concluído às 18:00:03.',
    ],
    [
      'zh-Hans',
      'Jane Driver 于 18:00:00 至 18:00:01 在店，随后DoorDash 将订单派给 John Driver，该骑手取走订单（18:00:02）；订单已完成（18:00:03）。',
    ],
  ])('the sentence about a driver change is said in %s', (tag, sentence) => {
    const said = CHANGED.map((order) => textOfParts(summaryWords(order, UTC, speechOf(tag))));
    expect(said).toEqual([sentence]);
  });

  it.each(LANGUAGES)(
    'the sentence about any life of an order has the same names and times in %s as in files, and nothing left open',
    (tag) => {
      const factsOf = (parts: ReturnType<typeof summaryWords>) => ({
        names: parts
          .filter(({ isForeign }) => isForeign)
          .map(({ text }) => text)
          .sort(),
        times: parts.flatMap(({ text, isForeign }) => (isForeign ? [] : (text.match(/<[^>]*>/g) ?? []))).sort(),
      });
      const speech = speechOf(tag);
      fc.assert(
        fc.property(arbitraryEvents, (events) => {
          for (const order of ordersOf(events)) {
            const [said, filed] = [speech, OF_FILES].map((one) => summaryWords(order, (time) => `<${time}>`, one));
            expect(factsOf(said ?? [])).toEqual(factsOf(filed ?? []));
            const own = (said ?? []).map(({ text, isForeign }) => (isForeign ? '' : text)).join('');
            expect(own).not.toMatch(/[{}]|\bundefined\b/);
            expect(own).toMatch(/[.。]$/);
          }
        }),
        { numRuns: cases(200) },
      );
    },
  );

  it('a time of another day is said as the language does', () => {
    expect(LANGUAGES.map(([tag]) => timeIn(speechOf(tag), '2026-11-22 00:10:00'))).toEqual([
      '2026-11-22 00:10:00',
      '00:10:00 del 2026-11-22',
      '00:10:00 le 2026-11-22',
      '00:10:00 de 2026-11-22',
      '2026-11-22 00:10:00',
    ]);
    expect(timeIn(speechOf('es'), '01:30:00 UTC-04:00')).toBe('01:30:00 UTC-04:00');
  });
});

describe('what people at the counter did', () => {
  const pressed = { by: null, at: '2026-11-21T18:00:00.000Z', seen_revision: 0 };
  const handedOver = (...compared: readonly Compared[]): RailAction => ({
    type: 'rail.handed_over',
    data: { ...pressed, compared, driver_revision: 1 },
  });
  const seen = (what: 'cancel' | 'driver_change'): RailAction => ({
    type: 'rail.acknowledged',
    data: { ...pressed, by: readerName('counter 2'), what, driver_revision: null },
  });
  const undone: RailAction = { type: 'rail.undone', data: { ...pressed, undone_revision: 1_234 } };

  it.each([
    [
      handedOver('passcode', 'plate', 'name'),
      'Ana',
      'Somebody here handed it over to Ana, who was checked by the passcode, the plate and the name.',
    ],
    [
      handedOver('number'),
      null,
      'Somebody here handed it over to a driver without a name, who was checked by the order number.',
    ],
    [handedOver(), 'Ana', 'Somebody here handed it over to Ana, who was not checked.'],
    [seen('cancel'), 'Ana', 'counter 2 has seen that it was canceled.'],
    [seen('driver_change'), 'Ana', 'counter 2 has seen that Ana comes now.'],
    [seen('driver_change'), null, 'counter 2 has seen that the driver changed.'],
    [undone, null, 'Somebody here undid what was done at revision 1234.'],
  ] as const)('files say of the action %#: %s', (action, driver, words) => {
    expect(actionWords(action, driver)).toBe(words);
  });

  it('what others wrote is marked, in every language', () => {
    for (const [tag] of LANGUAGES) {
      const parts = sentenceOf(actionPhrase(seen('driver_change'), 'Ana'), speechOf(tag), String);
      expect(parts.filter(({ isForeign }) => isForeign).map(({ text }) => text)).toEqual(['counter 2', 'Ana']);
    }
  });
});
