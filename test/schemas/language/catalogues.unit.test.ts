import { en, isMessageId, type MessageId } from '../../../schemas/language/catalogues/en';
import { es } from '../../../schemas/language/catalogues/es';
import { frCa } from '../../../schemas/language/catalogues/fr-ca';
import { ptBr } from '../../../schemas/language/catalogues/pt-br';
import { zhHans } from '../../../schemas/language/catalogues/zh-hans';
import { enAuditors } from '../../../schemas/language/auditors/en';
import { esAuditors } from '../../../schemas/language/auditors/es';
import { frCaAuditors } from '../../../schemas/language/auditors/fr-ca';
import { ptBrAuditors } from '../../../schemas/language/auditors/pt-br';
import { zhHansAuditors } from '../../../schemas/language/auditors/zh-hans';
import { enOperators } from '../../../schemas/language/operators/en';
import { esOperators } from '../../../schemas/language/operators/es';
import { frCaOperators } from '../../../schemas/language/operators/fr-ca';
import { ptBrOperators } from '../../../schemas/language/operators/pt-br';
import { zhHansOperators } from '../../../schemas/language/operators/zh-hans';
import { enVerifier } from '../../../schemas/language/verifier/en';
import { esVerifier } from '../../../schemas/language/verifier/es';
import { frCaVerifier } from '../../../schemas/language/verifier/fr-ca';
import { ptBrVerifier } from '../../../schemas/language/verifier/pt-br';
import { zhHansVerifier } from '../../../schemas/language/verifier/zh-hans';
import { LANGUAGES } from '../../../schemas/language/languages';
import { type Message, placesOf, textsOf } from '../../../schemas/language/message';
import { sayIn } from '../../../schemas/language/counter';
import { type Catalogue, createSpeech, type Source } from '../../../schemas/language/speech';
import { keysOf } from '../../../schemas/records';
import { ATTENTION_CODES, DELIVERY_STATUSES, STAGES, STATUSES } from '../../../schemas/vocabulary';

const CATALOGUES: readonly (readonly [string, Catalogue])[] = [
  ['en', en],
  ['es', es],
  ['fr-CA', frCa],
  ['pt-BR', ptBr],
  ['zh-Hans', zhHans],
];
const OF_OPERATORS: readonly (readonly [string, Source])[] = [
  ['en', enOperators],
  ['es', esOperators],
  ['fr-CA', frCaOperators],
  ['pt-BR', ptBrOperators],
  ['zh-Hans', zhHansOperators],
];
const OF_AUDITORS: readonly (readonly [string, Source])[] = [
  ['en', enAuditors],
  ['es', esAuditors],
  ['fr-CA', frCaAuditors],
  ['pt-BR', ptBrAuditors],
  ['zh-Hans', zhHansAuditors],
];
const OF_VERIFIER: readonly (readonly [string, Source])[] = [
  ['en', enVerifier],
  ['es', esVerifier],
  ['fr-CA', frCaVerifier],
  ['pt-BR', ptBrVerifier],
  ['zh-Hans', zhHansVerifier],
];
const hasForms = (message: Message | undefined): boolean => typeof message !== 'string';

/** Messages of which one in so many may be the same words as in English, such as `Robot` and `12 min`. */
const ONE_IN = 12;

describe.each([
  ['the counter', CATALOGUES, en],
  ['operators', OF_OPERATORS, enOperators],
  ['auditors', OF_AUDITORS, enAuditors],
  ['the verifier', OF_VERIFIER, enVerifier],
] as const)('the catalogues of %s', (_, catalogues: readonly (readonly [string, Source])[], english: Source) => {
  const ids = keysOf(english);
  const others = catalogues.slice(1);
  const textsIn = (catalogue: Source, id: string): readonly string[] => textsOf(catalogue[id] ?? '');

  it('every language has a catalogue', () => {
    expect(catalogues.map(([language]) => language).sort()).toEqual(Object.keys(LANGUAGES).sort());
  });

  it.each(catalogues)('the catalogue of %s has every message, and no other', (_tag, catalogue) => {
    expect(Object.keys(catalogue)).toEqual(ids);
  });

  it.each(catalogues)('every message of %s has the places of the English one', (_tag, catalogue) => {
    const places = (of: Source) => ids.map((id) => `${id}: ${placesOf(of[id] ?? '').join()}`);
    // Where a form is of one thing alone, it need not say the number.
    const withoutCount = (all: readonly string[]) => all.map((one) => one.replace(/\bcount,?/, '').replace(/,$/, ''));
    expect(withoutCount(places(catalogue))).toEqual(withoutCount(places(english)));
    expect(ids.filter((id) => hasForms(catalogue[id]) !== hasForms(english[id]))).toEqual([]);
  });

  it.each(catalogues)('the plural forms of messages of %s are those that its language has', (tag, catalogue) => {
    const { pluralCategories } = new Intl.PluralRules(tag).resolvedOptions();
    const forms = ids.flatMap((id) => {
      const message = catalogue[id] ?? '';
      return typeof message === 'string' ? [] : [Object.keys(message).sort().join()];
    });
    // What is said of millions is said as of others.
    const expected = pluralCategories.filter((form) => form !== 'many').sort();
    expect(new Set(forms)).toEqual(new Set([expected.join()]));
  });

  it.each(catalogues)('no message of %s is empty, or has white space around it', (_tag, catalogue) => {
    const texts = ids.flatMap((id) => textsIn(catalogue, id));
    expect(texts.filter((text) => text === '' || text !== text.trim())).toEqual([]);
  });

  it.each(others)('nearly every message of %s is said otherwise than in English', (_tag, catalogue) => {
    const same = ids.filter((id) => JSON.stringify(catalogue[id]) === JSON.stringify(english[id]));
    expect(same.length).toBeLessThan(ids.length / ONE_IN);
  });
});

describe('the catalogues', () => {
  it('no message of operators is called as one of the counter, none of auditors as one of those, and none of the verifier as one of auditors', () => {
    expect(keysOf(enOperators).filter((id) => isMessageId(id))).toEqual([]);
    expect(keysOf(enAuditors).filter((id) => isMessageId(id) || id in enOperators)).toEqual([]);
    expect(keysOf(enVerifier).filter((id) => id in enAuditors)).toEqual([]);
  });

  it.each(OF_AUDITORS)('verdicts, their rules and those of stages are said differently in %s', (_, catalogue) => {
    for (const kind of ['verdict.', 'rule.', 'stage_rule.']) {
      const ids = keysOf(catalogue).filter((id) => id.startsWith(kind));
      expect([kind, new Set(ids.map((id) => catalogue[id])).size]).toEqual([kind, ids.length]);
    }
  });

  it.each(OF_AUDITORS)('two lists of the search with the same words are worded apart in %s', (_, catalogue) => {
    const [now, ever] = ['search.now', 'search.ever'].map((id) => textsOf(catalogue[id] ?? '').join());
    expect(now).not.toBe(ever);
  });

  it.each(CATALOGUES)('values that mean different things are said differently in %s', (_, catalogue) => {
    for (const [kind, values] of [
      ['status', [...STATUSES.keys()]],
      ['delivery', [...DELIVERY_STATUSES.keys()]],
      ['stage', STAGES],
      ['attention', ATTENTION_CODES],
    ] as const) {
      const said = values.map((value) => {
        const id = `${kind}.${value}`;
        return isMessageId(id) ? catalogue[id] : id;
      });
      expect([kind, new Set(said).size]).toEqual([kind, values.length]);
    }
  });

  it('a number of things is said in the form that the language has for it', () => {
    const say = (tag: string, catalogue: Catalogue, count: number) =>
      sayIn(createSpeech(tag, tag, catalogue), 'locations.open_orders', { count });
    expect([0, 1, 2, 1_234].map((count) => say('en', en, count))).toEqual([
      '0 open orders',
      '1 open order',
      '2 open orders',
      '1,234 open orders',
    ]);
    expect([0, 1, 2].map((count) => say('fr-CA', frCa, count))).toEqual([
      '0 commande ouverte',
      '1 commande ouverte',
      '2 commandes ouvertes',
    ]);
    expect([1, 2].map((count) => say('es', es, count))).toEqual(['1 pedido abierto', '2 pedidos abiertos']);
    expect(say('zh-Hans', zhHans, 1)).toBe('1 个未完成订单');
  });

  it('a message that a catalogue does not have is said in English, with the plural forms of English', () => {
    const speech = createSpeech('ar', 'en', {});
    expect(sayIn(speech, 'board.title')).toBe('Order board');
    expect([1, 2, 5].map((count) => sayIn(speech, 'time.days', { count }))).toEqual(['1 day', '2 days', '5 days']);
  });

  it('a text of others cannot turn a sentence around, and carries no marks where nothing turns', () => {
    const name = (order: string, speech = createSpeech('en', 'en', en)) => sayIn(speech, 'tile.order', { order });
    expect(name('pos_order_7')).toBe('Order pos_order_7');
    expect(name('طلب 7')).toBe('Order \u2068طلب 7\u2069');
    expect(name('a\u202eb')).toBe('Order ab');
    expect(name('\u2069\u2067ש\u2069 7')).toBe('Order \u2068ש 7\u2069');
    expect(name('7', createSpeech('he', 'he', { 'tile.order': 'הזמנה {order}' }))).toBe('הזמנה \u20687\u2069');
  });

  it('a value never stands for a place: what others wrote in braces stays as it is', () => {
    expect(sayIn(createSpeech('en', 'en', en), 'tile.order', { order: '{order} {count}' })).toBe(
      'Order {order} {count}',
    );
    const id: MessageId = 'tile.order';
    expect(isMessageId(id) && !isMessageId('constructor') && !isMessageId('toString')).toBe(true);
  });
});
