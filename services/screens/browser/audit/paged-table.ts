import { html, nothing, type TemplateResult } from 'lit';
import { say } from '../operators/model/say';
import { notice } from './answer-notice';
import type { PagedList } from './paged-list';

/** What a table of a list says. */
interface PagedTable<Item> {
  readonly label: string;
  /** Said to readers who may not see it. */
  readonly forbidden: string;
  /** Said where there is nothing. */
  readonly empty: string;
  /** Says how many there are, and whether there are more. */
  readonly found: (count: number, hasMore: boolean) => string;
  /** Said after it; empty: nothing. */
  readonly note: string;
  readonly columns: readonly string[];
  readonly row: (item: Item) => TemplateResult;
}

/** @returns the items of a list that have come, newest first, as a table, with a button for older ones */
export function pagedTable<Item, Answered>(list: PagedList<Item, Answered>, table: PagedTable<Item>): TemplateResult {
  const { items, hasMore, isAsking, refusal } = list;
  return html`<div class="frame stack" aria-busy=${String(isAsking)}>
    ${refusal === null ? nothing : notice(refusal, say('answer.nothing'), table.forbidden)}
    <p class="muted" role="status">${summaryOf(list, table)}</p>
    ${items.length === 0 ? nothing : rowsOf(items, table)}
    ${hasMore ? html`<p><button aria-disabled=${isAsking} @click=${list.more}>${say('table.older')}</button></p>` : nothing}
  </div>`;
}

function summaryOf<Item, Answered>(
  { items, hasMore, isAsking, refusal }: PagedList<Item, Answered>,
  { empty, found, note }: PagedTable<Item>,
): string {
  if (isAsking) return say('answer.looking');
  if (items.length === 0) return refusal === null ? empty : '';
  const count = found(items.length, hasMore);
  return note === '' ? count : `${count} ${note}`;
}

function rowsOf<Item>(items: readonly Item[], { label, columns, row }: PagedTable<Item>): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>
    <table>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${items.map(row)}
      </tbody>
    </table>
  </div>`;
}
