import { parser } from 'typescript-eslint';
import { Linter, type Rule } from 'eslint';

const literalText = jest.requireActual<Rule.RuleModule>('../../services/screens/browser/literal-text.js');

/** @returns how many literal texts the rule finds in a file of a screen */
function found(code: string): number {
  const messages = new Linter().verify(
    code,
    [
      {
        files: ['**/*.ts'],
        languageOptions: { parser },
        plugins: { screens: { rules: { 'literal-text': literalText } } },
        rules: { 'screens/literal-text': 'error' },
      },
    ],
    'tile.ts',
  );
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return messages.length;
}

describe('the rule about literal text in templates', () => {
  it.each([
    ['text between tags', 'html`<p>Ready</p>`'],
    ['text after the last tag', 'html`<br /> Ready`'],
    ['text in another script', 'html`<p>已备好</p>`'],
    ['text beside an expression', 'html`<p>${count} orders</p>`'],
    ['a label for screen readers', 'html`<button aria-label="Close"></button>`'],
    ['a placeholder', "html`<input placeholder='Search' />`"],
    ['the words of an image', 'html`<img src=${url} alt="Photo" />`'],
    ['a label that is put together', 'html`<p aria-label=${`Order ${id}`}></p>`'],
    ['text of an expression', "html`<p>${isOn ? say('on') : 'Off'}</p>`"],
    ['text of an expression in an expression', 'html`<p>${isOn ? a : b ? c : `no ${d}`}</p>`'],
    ['text that is added', "html`<p>${count + ' orders'}</p>`"],
    ['text behind an attribute with an arrow', 'html`<p @click=${() => { go(); }}>Go</p>`'],
    ['text in a template within a template', 'html`<p>${isOn ? html`<b>On</b>` : nothing}</p>`'],
  ])('%s is found', (_, template) => {
    expect(found(`const drawn = ${template};`)).toBe(1);
  });

  it.each([
    ['a message', "html`<p aria-label=${say('a.b')}>${say('c.d')}</p>`"],
    ['a class, an id and other attributes', 'html`<p class="a ${b}" id="c" data-stage="ready" type=button></p>`'],
    ['numbers and signs', 'html`<p>+${count} · (${count}) %&nbsp;</p>`'],
    ['a class by a condition', "html`<p class=${isOn ? 'on' : 'off'}></p>`"],
    ['an icon', "html`<p>${icon('check')} ${nothing}</p>`"],
    ['a comment', 'html`<p><!-- why --></p>`'],
    ['text elsewhere', "'Ready' + css`p { color: red }`"],
  ])('%s is not found', (_, template) => {
    expect(found(`const drawn = ${template};`)).toBe(0);
  });
});
