/** Deepest level that is indented: what is deeper would be mostly blanks. */
const DEEPEST = 32;
const INDENT = '  ';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** A text in quotes, an empty object or list, a sign of its own, or a number or word. Blanks between them are skipped. */
const TOKEN = /"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * Lays JSON out by line breaks and indentation alone: numbers, escapes, order and doubles of keys stay as they were sent.
 * @returns the text as it is if it is no JSON
 */
export function indentJson(text: string): string {
  if (!isJson(text)) return text;
  let depth = 0;
  let laidOut = '';
  const line = (): string => `\n${INDENT.repeat(Math.min(depth, DEEPEST))}`;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      depth += 1;
      laidOut += token + line();
    } else if (token === '}' || token === ']') {
      depth -= 1;
      laidOut += line() + token;
    } else if (token === ',') laidOut += `,${line()}`;
    else if (token === ':') laidOut += ': ';
    else laidOut += token.startsWith('{') ? '{}' : token.startsWith('[') ? '[]' : token;
  }
  return laidOut;
}
