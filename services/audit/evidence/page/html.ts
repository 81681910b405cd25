import { htmlText } from '../../../http/html-text';

/** Pieces of a page that runs nothing and loads nothing, and in which whatever was recorded is text. */

/** Controls, which HTML cannot hold or would change. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]|\p{Cs}/gu;

/** @returns a text without what HTML cannot hold or would change. */
export const printed = (text: string): string => text.replaceAll(CONTROL, '\uFFFD');

/** @returns text as HTML, isolated so that its direction of writing turns nothing around it. */
export const html = (text: string): string => `<bdi>${htmlText(printed(text))}</bdi>`;

/** @returns a cell of a table. @param content HTML */
export const cell = (content: string): string => `<td>${content}</td>`;

/** @returns a cell as wide as several columns. @param content HTML */
export const wideCell = (columns: number, content: string): string =>
  `<td colspan="${String(columns)}">${content}</td>`;

/** @returns a cell as high as several rows. @param content HTML */
export const tallCell = (rows: number, content: string): string => `<td rowspan="${String(rows)}">${content}</td>`;

/**
 * @returns a table of groups of rows, which stay together on paper.
 * @param columns what stands at its head, HTML @param groups the cells of each of their rows, HTML
 */
export const groupedTable = (columns: readonly string[], groups: readonly (readonly string[])[]): string =>
  `<table><thead><tr>${columns.map((column) => `<th scope="col">${column}</th>`).join('')}</tr></thead>\n` +
  `${groups.map((rows) => `<tbody>${rows.map((row) => `<tr>${row}</tr>`).join('\n')}</tbody>`).join('\n')}\n</table>`;

/** @returns a table. @param columns what stands at its head, HTML @param rows HTML */
export const table = (columns: readonly string[], rows: readonly string[]): string =>
  groupedTable(
    columns,
    rows.map((row) => [row]),
  );

/** @returns what may be wider than the page: it is scrolled, also by keyboard. @param content HTML @param name of it */
export const wide = (content: string, name: string): string =>
  `<div class="scroll" tabindex="0" role="group" aria-label="${htmlText(name)}">${content}</div>`;

/** @returns a list. @param items HTML */
export const list = (items: readonly string[]): string =>
  `<ul>\n${items.map((item) => `<li>${item}</li>`).join('\n')}\n</ul>`;
