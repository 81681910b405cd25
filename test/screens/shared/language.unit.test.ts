import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { en } from '../../../schemas/language/catalogues/en';
import { es } from '../../../schemas/language/catalogues/es';
import { ENGLISH } from '../../../schemas/language/counter';
import { createSpeech, type Source } from '../../../schemas/language/speech';
import { refusalWords } from '../../../services/screens/browser/feed/model/refusal-words';
import { readAtMost } from '../../../services/screens/browser/shared/read-at-most';
import { AUDITORS } from '../../../services/screens/browser/audit/model/say';
import { numberWords, say, speak } from '../../../services/screens/browser/shared/model/say';
import { parseCatalogue } from '../../../services/screens/browser/shared/model/vendor-catalogue';
import {
  clockWords,
  durationWords,
  stageWords,
  statusWords,
} from '../../../services/screens/browser/shared/model/words';
import { loginSpeech } from '../../../services/access/login/login-speech';

afterEach(() => {
  speak(ENGLISH);
});

describe('what a page says', () => {
  it('everything is said in the language that the page speaks', () => {
    speak(createSpeech('es', 'es-MX', es));
    expect([stageWords('ready'), statusWords(null), durationWords(3_900_000), durationWords(200_000_000)]).toEqual([
      'Listo',
      'Sin noticias',
      '1 h 05 min',
      '2 días',
    ]);
    expect(statusWords('beamed_up')).toBe('desconocido: beamed_up');
    expect(numberWords(12_345)).toBe('12,345');
  });

  it('a time of the day is written as the language does, with 12 or 24 hours as the screen is set', () => {
    const at = new Date(2026, 10, 21, 15, 3).toISOString();
    const both = () => [clockWords(at, '12'), clockWords(at, '24')].map((text) => text.replace(/\s/g, ' '));
    expect(both()).toEqual(['3:03 PM', '15:03']);
    speak(createSpeech('fr-CA', 'fr-CA', {}));
    expect(both()).toEqual(['3 h 03 p.m.', '15 h 03']);
  });

  it('why nothing was recorded is said by the service in English, and by the catalogue in other languages', () => {
    const refusal = { type: 'urn:ticket-rail:problem:order-changed', detail: 'Another driver is assigned now.' };
    expect(refusalWords(refusal)).toBe('Another driver is assigned now.');
    speak(createSpeech('es', 'es', es));
    expect(refusalWords(refusal)).toBe(es['refused.changed']);
    expect(refusalWords({ ...refusal, type: 'urn:else' })).toBe(es['refused.other']);
    speak(createSpeech('en-GB', 'en-GB', {}));
    expect(refusalWords(refusal)).toBe('Another driver is assigned now.');
  });
});

describe('a catalogue of a vendor', () => {
  const read = (value: unknown) => parseCatalogue(JSON.stringify(value), en);

  it('messages that can be used are taken, and others are left out', () => {
    const messages = {
      'board.title': 'Tableau',
      'time.days': { one: '{count} Tag', other: '{count} Tage' },
      'time.minutes': '{minuets} min',
      'time.hours': { one: 'without other' },
      'board.orders': ' ',
      'board.stages': 7,
      'group.passcode': 'Code',
      'banner.arrived': { one: 'Ein Fahrer ist da', other: '{count} Fahrer sind da: {order}' },
      'settings.old_after': 'Nach Stunden ohne Nachricht falten',
      'not.known': 'x',
      constructor: 'x',
    };
    expect(read({ language: 'de', messages })).toEqual({
      language: 'de',
      messages: { 'board.title': 'Tableau', 'time.days': { one: '{count} Tag', other: '{count} Tage' } },
    });
  });

  it('a message without plural forms may have some in another language, chosen by its number', () => {
    const message = { few: 'a few more', other: '+{count}' };
    expect(read({ language: 'cs', messages: { 'board.more': message } }).messages['board.more']).toEqual(message);
    speak(createSpeech('cs', 'cs', { 'board.more': message }));
    expect([say('board.more', { count: 2 }), say('board.more', { count: 9 })]).toEqual(['a few more', '+9']);
  });

  it.each([
    ['no JSON', '{', /JSON/],
    ['no object', '[]', /language/],
    ['no language', '{"messages":{}}', /language/],
    ['no messages', '{"language":"ar"}', /messages/],
  ])('what is %s is refused, with a reason', (_, text, reason) => {
    expect(() => parseCatalogue(text, en)).toThrow(reason);
  });

  it('a file that has the most bytes is read, in whatever pieces it comes', async () => {
    const text = 'שליח כאן';
    const bytes = new TextEncoder().encode(text);
    const pieces = Array.from(bytes, (byte) => new Uint8Array([byte]));
    expect(await readAtMost(new Response(ReadableStream.from(pieces)), bytes.length)).toBe(text);
    expect(await readAtMost(new Response(null), 0)).toBe('');
  });

  it('a file without end is left as soon as it turns out too long', async () => {
    let read = 0;
    let isLeft = false;
    const endless = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          read += 1;
          controller.enqueue(new Uint8Array(10));
        },
        cancel: () => {
          isLeft = true;
        },
      },
      { highWaterMark: 0 },
    );
    await expect(readAtMost(new Response(endless), 25)).rejects.toThrow('more than 25 bytes');
    expect([read, isLeft]).toEqual([3, true]);
  });
});

describe('the pages around the components', () => {
  const BROWSER = join(__dirname, '../../../services/screens/browser');
  const pages = readdirSync(BROWSER, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(html|mjs)$/.test(name),
  );
  const sources = pages.map((name) => readFileSync(join(BROWSER, name), 'utf8')).join('\n');

  it('what an element of a page says before its script runs is the English of the message that it names', () => {
    const english: Source = AUDITORS;
    const named = [...sources.matchAll(/data-say="([^"$]+)"[^>]*>([^<]+)</g)].map(([, id = '', text = '']) => [
      id,
      text.trim().replace(/\s+/g, ' '),
    ]);
    const labels = [...sources.matchAll(/data-say-label="([^"]+)" aria-label="([^"]+)"/g)].map(
      ([, id = '', text = '']) => [id, text],
    );
    expect(named.length).toBeGreaterThan(2);
    expect(labels.length).toBeGreaterThan(1);
    for (const [id = '', text] of [...named, ...labels]) expect([id, english[id]]).toEqual([id, text]);
    const links = [...sources.matchAll(/'([^']+)', '(page\.\w+)'\]/g)].map(([, text, id = '']) => [id, text]);
    expect(links).toHaveLength(16);
    for (const [id = '', text] of links) expect([id, english[id]]).toEqual([id, text]);
    for (const id of ['page.skip_locations', 'page.skip_board', 'page.skip_content'] as const) {
      expect(sources).toContain(`skip: '${AUDITORS[id].replace('Skip to ', '')}'`);
    }
  });

  it('the login page speaks as the page that it leads to, or else as the browser wants it', () => {
    expect(loginSpeech('/screens/board?location=l&lang=pt', 'es').language).toBe('pt-BR');
    expect(loginSpeech('/screens', 'de, es;q=0.5').language).toBe('es');
    expect(loginSpeech('/screens').language).toBe('en');
  });
});
