import { WORD_LISTS, type WordList } from '../../../schemas/words/word-lists';
import { htmlText } from '../../http/html-text';
import {
  answersOf,
  callsOf,
  type DocumentedCall,
  fieldsOf,
  type TextMarks,
  type OpenApi,
  type Operation,
  problemCodesOf,
  type Schema,
  typeOf,
} from './document';
import { samplesOf } from './samples';

/** What the page of the API shows: HTML of the document, made once, which needs no script. */

const code = (text: string): string => `<code>${htmlText(text)}</code>`;

/** Renders what a description says, with its code marks. */
const prose = (text: string): string => htmlText(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

/** Returns a name where links find it: an object and a call may have the same. */
const objectAnchor = (name: string): string => `object-${name}`;
const tagAnchor = (name: string): string => `tag-${name}`;

const MARKS: TextMarks = {
  text: htmlText,
  code,
  schema: (name) => `<a href="#${htmlText(objectAnchor(name))}">${htmlText(name)}</a>`,
};

/** @param rows cells in HTML, of which the first names the row; no rows: no table */
function table(caption: string, columns: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const head = columns.map((column) => `<th scope="col">${column}</th>`).join('');
  const body = rows.map(
    ([name = '', ...cells]) =>
      `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
  );
  return `<table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
}

const parameterRows = ({ parameters = [] }: Operation): readonly (readonly string[])[] =>
  parameters.map(({ name, in: where, required, description = '', schema }) => [
    code(name),
    required ? `${where}, required` : where,
    typeOf(schema, MARKS),
    prose(
      [description, schema.default === undefined ? '' : `default: ${String(schema.default)}`]
        .filter(Boolean)
        .join('; '),
    ),
  ]);

const answerRows = (operation: Operation): readonly (readonly string[])[] =>
  answersOf(operation).map(([status, { description, content = {} }]) => [
    htmlText(status),
    Object.entries(content)
      .map(([type, { schema }]) => (type === 'application/json' ? typeOf(schema, MARKS) : code(type)))
      .join(' or '),
    prose(description),
  ]);

/** Code is read in one language: the others are folded. */
const samples = (call: DocumentedCall, document: OpenApi): string =>
  samplesOf(call, document)
    .map(
      (sample, place) =>
        `<details${place === 0 ? ' open' : ''}><summary>${htmlText(sample.language)}</summary>` +
        `<pre><code>${htmlText(sample.code)}</code></pre></details>`,
    )
    .join('\n');

function callSection(call: DocumentedCall, document: OpenApi): string {
  const { method, path, operation } = call;
  const { operationId, summary, description = '', requestBody } = operation;
  const body = requestBody?.content['application/json']?.schema;
  const problems = problemCodesOf(operation).map(code).join(', ');
  return `<section class="call" id="${htmlText(operationId)}">
<h3>${htmlText(summary)}</h3>
<p class="address"><code><b>${method}</b> ${htmlText(path)}</code></p>
<p>${prose(description)}</p>
${body === undefined ? '' : `<p>Body: ${typeOf(body, MARKS)}.</p>`}
${table('Parameters', ['parameter', 'in', 'values', 'meaning'], parameterRows(operation))}
${table('Answers', ['answer', 'body', 'meaning'], answerRows(operation))}
<p>Problems: ${problems}.</p>
<div class="samples">${samples(call, document)}</div>
</section>`;
}

const fieldRows = (schema: Schema): readonly (readonly string[])[] =>
  fieldsOf(schema).map(({ name, schema: field, isOptional }) => [
    code(name),
    typeOf(field, MARKS),
    prose([isOptional ? 'optional' : '', field.description ?? ''].filter(Boolean).join('; ')),
  ]);

const objectSection = ([name, schema]: readonly [string, Schema]): string =>
  `<section id="${htmlText(objectAnchor(name))}">
<h3>${htmlText(name)}</h3>
<p>${prose(schema.description ?? '')}</p>
${table('Fields', ['field', 'type', 'meaning'], fieldRows(schema))}
</section>`;

const wordList = ({ id, title, about, words }: WordList): string =>
  `<section id="${id}">
<h3>${code(title)}</h3>
<p>${prose(about)}</p>
${table(
  'Words',
  ['word', 'meaning'],
  words.map(([word, meaning]) => [code(word), prose(meaning)]),
)}
</section>`;

const link = (anchor: string, words: string): string =>
  `<li><a href="#${htmlText(anchor)}">${htmlText(words)}</a></li>`;

/** @returns the calls, words and objects of a document, behind a list of them. */
export function apiContent(document: OpenApi): string {
  const calls = callsOf(document);
  const ofTag = (name: string) => calls.filter(({ operation }) => operation.tags.includes(name));
  const contents = document.tags.map(({ name }) => {
    const links = ofTag(name).map(({ operation }) => link(operation.operationId, operation.summary));
    return `<li><a href="#${tagAnchor(name)}">${htmlText(name)}</a><ul>${links.join('\n')}</ul></li>`;
  });
  const chapters = document.tags.map(
    ({ name, description }) =>
      `<section id="${tagAnchor(name)}"><h2>${htmlText(name)}</h2><p>${prose(description)}</p>
${ofTag(name)
  .map((call) => callSection(call, document))
  .join('\n')}
</section>`,
  );
  return `<nav class="contents" aria-label="Contents"><ul>
${contents.join('\n')}
${link('words', 'Words')}
${link('objects', 'Objects')}
</ul></nav>
${chapters.join('\n')}
<section id="words"><h2>Words</h2>
${WORD_LISTS.map(wordList).join('\n')}
</section>
<section id="objects"><h2>Objects</h2>
${Object.entries(document.components.schemas).map(objectSection).join('\n')}
</section>`;
}
