/** What a Markdown document links to, and the anchors that it has, as GitHub renders it. Pure: text in, values out. */

/** A link of a document, or the citation of a document in a source file. */
export interface Link {
  /** As it is written, with its anchor. */
  readonly target: string;
  /** From 1. */
  readonly line: number;
}

/** The opening or closing line of fenced code, also in a list or a quotation. */
const FENCE = /^[\s>]*(`{3,}|~{3,})/;
/** Code within a paragraph: as many backticks at its end as at its beginning. */
const CODE_SPAN = /(?<!`)(`+)(?!`)(?:(?!\n\s*\n)[\s\S])*?(?<!`)\1(?!`)/g;
const COMMENT = /<!--[\s\S]*?-->/g;

/** Blanks a text, and keeps its lines. */
const blank = (text: string): string => text.replaceAll(/[^\n]/g, ' ');

/** Blanks the code blocks of a document. */
function withoutFences(markdown: string): string {
  let fence: string | null = null;
  const lines = markdown.split('\n').map((line) => {
    const found = FENCE.exec(line)?.[1];
    const inside = fence !== null;
    if (fence === null) fence = found ?? null;
    else if (found?.startsWith(fence) === true) fence = null;
    return inside || found !== undefined ? blank(line) : line;
  });
  return lines.join('\n');
}

/** Blanks the code of a document, in blocks and in paragraphs, and the comments. */
export const withoutCode = (markdown: string): string =>
  withoutFences(markdown).replaceAll(CODE_SPAN, blank).replaceAll(COMMENT, blank);

/** Inline links and images, also one within the other; link reference definitions; links and images in HTML. */
const LINKS = [
  /\]\(\s*<?(?<target>[^\s)>]+)/g,
  /^ {0,3}\[[^\]^][^\]]*\]:\s*<?(?<target>[^\s>]+)/gm,
  /<[a-z][^>]*\s(?:href|src)="(?<target>[^"]+)"/gi,
];

/** @returns everything that `pattern` finds as its group `target`, with the line on which it is. */
export function matchesOf(text: string, pattern: RegExp): Link[] {
  return [...text.matchAll(pattern)].map(({ groups, index }) => ({
    target: groups?.['target'] ?? '',
    line: text.slice(0, index).split('\n').length,
  }));
}

/** @returns the links of a document, except those in code. */
export const linksOf = (markdown: string): Link[] => {
  const text = withoutCode(markdown);
  return LINKS.flatMap((pattern) => matchesOf(text, pattern));
};

const HEADING = /^ {0,3}#{1,6}[ \t]+(?<text>.*?)[ \t]*#*[ \t]*$/gm;
const EXPLICIT_ANCHOR = /<[a-z][^>]*\s(?:id|name)="(?<target>[^"]+)"/gi;

/** @returns the text of a heading as it is shown, without the punctuation that its anchor drops anyway. */
const shownText = (heading: string): string =>
  heading
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replaceAll(/\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/(?<![\w`])_([^_]+)_(?![\w`])/g, '$1');

const slugOf = (heading: string): string =>
  shownText(heading)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{Nd}\p{Pc}\- ]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/** @returns the anchors of a document: those of its headings, a repeated one with a number, and explicit ones. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set(matchesOf(withoutCode(markdown), EXPLICIT_ANCHOR).map(({ target }) => target));
  const seen = new Map<string, number>();
  for (const { groups } of withoutFences(markdown).matchAll(HEADING)) {
    const slug = slugOf(groups?.['text'] ?? '');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${String(count)}`);
  }
  return anchors;
}
