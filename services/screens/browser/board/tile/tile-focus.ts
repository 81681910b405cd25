import type { ReactiveController } from 'lit';
import { TicketRailTile } from './tile';

/** Keeps the focus with a tile, which may go elsewhere, or out of sight, with what is in focus. */
export class TileFocus implements ReactiveController {
  /** The tile that has the focus, and where it lies. */
  #focused: { readonly id: string; readonly list: string; readonly index: number } | null = null;

  readonly #host: { readonly renderRoot: HTMLElement | DocumentFragment };

  constructor(host: { readonly renderRoot: HTMLElement | DocumentFragment }) {
    this.#host = host;
  }

  /** A tile that moves to another column is made anew there, so that its focus has to be carried over. */
  hostUpdate(): void {
    const tile = (this.#host.renderRoot as ShadowRoot).activeElement; // that of a Lit element is one
    if (!(tile instanceof TicketRailTile)) {
      this.#focused = null;
      return;
    }
    const list = tile.closest('[data-list]');
    this.#focused = {
      id: tile.dataset['orderId'] ?? '',
      list: list?.getAttribute('data-list') ?? '',
      index: [...(list?.querySelectorAll('ticket-rail-tile') ?? [])].indexOf(tile),
    };
  }

  /** The focus goes with its tile; if that is out of sight, to the one in its place, and else to the board. */
  hostUpdated(): void {
    const { renderRoot } = this.#host;
    if (this.#focused === null || (renderRoot as ShadowRoot).activeElement !== null) return; // the same
    const { id, list, index } = this.#focused;
    const left = renderRoot.querySelectorAll<TicketRailTile>(`[data-list="${list}"] ticket-rail-tile`);
    const tile =
      renderRoot.querySelector<TicketRailTile>(`[data-order-id="${CSS.escape(id)}"]`) ??
      left[Math.min(index, left.length - 1)];
    if (tile === undefined) renderRoot.querySelector<HTMLElement>('.body')?.focus({ preventScroll: true });
    else {
      void tile.updateComplete.then(() => {
        tile.focus({ preventScroll: true });
      });
    }
  }
}
