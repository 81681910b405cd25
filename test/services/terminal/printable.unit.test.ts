import fc from 'fast-check';
import { printable, printableLine } from '../../../services/terminal/printable';
import { anyCharacter } from '../../support/any-character';

describe('text that a command prints', () => {
  it.each([
    ['a terminal escape', '\u001b]0;pwned\u0007', '\\u001b]0;pwned\\u0007'],
    ['a line of its own', 'x\nfile holds: 3 events.', 'x\\u000afile holds: 3 events.'],
    ['a carriage return', 'fails\rholds', 'fails\\u000dholds'],
    ['an 8-bit control', '\u009b2J', '\\u009b2J'],
    ['a turn of direction', 'a\u202eb', 'a\\u202eb'],
    ['half a character', 'a\ud800', 'a\\ud800'],
    ['a tag without a shape', '\u{e0041}', '\\u{e0041}'],
  ])('a line shows %s instead of acting on it', (_what, text, shown) => {
    expect(printableLine(text)).toBe(shown);
  });

  it('a printed line is whole and has nothing that a terminal acts on, and plain text stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        expect(printableLine(text)).not.toMatch(/(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(printable(text).split('\n')).toHaveLength(text.split('\n').length);
      }),
    );
    expect(printable('Zoë 😀\n{"a": "é"}')).toBe('Zoë 😀\n{"a": "é"}');
  });
});
