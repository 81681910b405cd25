/**
 * A rule for ESLint: what people read or hear comes from the catalogue of messages, so that it is there in every language.
 * It finds literal text in Lit's templates, between tags and in attributes that are read out. It cannot follow what a name
 * stands for; the pseudo-language of test/screens/languages.e2e.test.ts finds that.
 */

/** Attributes whose text people read or hear. */
const SPOKEN = new Set(
  'alt aria-description aria-label aria-placeholder aria-roledescription aria-valuetext label placeholder title'.split(
    ' ',
  ),
);
/** Stands for an expression in the text of a template. */
const HOLE = '\u0000';
const TAG = /<\/?[a-z](?:"[^"]*"|'[^']*'|[^>"'])*>|<!--[\s\S]*?-->/gi;
const ATTRIBUTE = /([^\s"'<>/=]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)/g;

const hasLetters = (text) => /\p{L}/u.test(text.replaceAll(/&\w+;/g, ''));
const holesIn = (text) => text.split(HOLE).length - 1;

/** @returns whether the template has words of its own, and the indexes of the expressions whose words people read */
function wordsOf(text) {
  const shown = [];
  const note = (at, part) => {
    const first = holesIn(text.slice(0, at));
    for (let hole = 0; hole < holesIn(part); hole += 1) shown.push(first + hole);
    return hasLetters(part);
  };
  let isFound = false;
  let end = 0;
  for (const { 0: tag, index } of text.matchAll(TAG)) {
    isFound = note(end, text.slice(end, index)) || isFound;
    end = index + tag.length;
    for (const attribute of tag.matchAll(ATTRIBUTE)) {
      const [whole, name, value] = attribute;
      if (!SPOKEN.has(name.toLowerCase())) continue;
      isFound = note(index + attribute.index + whole.length - value.length, value) || isFound;
    }
  }
  return { isFound: note(end, text.slice(end)) || isFound, shown };
}

/** @returns the literal texts that an expression may come to, as far as it says so itself */
function literalsOf(node) {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' && hasLetters(node.value) ? [node] : [];
    case 'TemplateLiteral':
      return node.quasis.some(({ value }) => hasLetters(value.raw)) ? [node] : node.expressions.flatMap(literalsOf);
    case 'ConditionalExpression':
      return [node.consequent, node.alternate].flatMap(literalsOf);
    case 'LogicalExpression':
      return [node.left, node.right].flatMap(literalsOf);
    case 'BinaryExpression':
      return node.operator === '+' ? [node.left, node.right].flatMap(literalsOf) : [];
    case 'ArrayExpression':
      return node.elements.filter(Boolean).flatMap(literalsOf);
    default:
      return [];
  }
}

/** @type {import('eslint').Rule.RuleModule} */
module.exports = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { literal: 'Say this from the catalogue (schemas/language/catalogues/en.ts), for every language.' },
  },
  create: (context) => ({
    'TaggedTemplateExpression[tag.name=/^(html|svg)$/]'({ quasi }) {
      const { isFound, shown } = wordsOf(quasi.quasis.map(({ value }) => value.raw).join(HOLE));
      if (isFound) context.report({ node: quasi, messageId: 'literal' });
      for (const node of shown.flatMap((at) => literalsOf(quasi.expressions[at]))) {
        context.report({ node, messageId: 'literal' });
      }
    },
  }),
};
