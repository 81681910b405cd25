import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ColumnRoom } from '../model/plan';

interface Host extends ReactiveControllerHost {
  readonly renderRoot: HTMLElement | DocumentFragment;
}

/** Measures how much room a board has for tiles. */
export class BoardRoom implements ReactiveController {
  room: ColumnRoom = { width: 80, height: null };
  #watched: Element | null = null;
  readonly #observer = new ResizeObserver(() => {
    this.#measure();
  });

  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  /** The columns come and go with the orders. */
  hostUpdated(): void {
    const columns = this.#host.renderRoot.querySelector('.columns');
    if (columns === this.#watched) return;
    this.#observer.disconnect();
    this.#watched = columns;
    if (columns !== null) this.#observer.observe(columns);
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
    this.#watched = null;
  }

  #measure(): void {
    const columns = this.#watched;
    if (columns === null) return;
    const { fontSize, flexWrap } = getComputedStyle(columns);
    const box = columns.getBoundingClientRect();
    const inLetters = (px: number): number => Math.floor((10 * px) / parseFloat(fontSize)) / 10;
    // Columns that do not lie beside each other are scrolled as a whole.
    const height = flexWrap === 'wrap' ? null : inLetters(box.height);
    const width = inLetters(box.width);
    if (width === this.room.width && height === this.room.height) return;
    this.room = { width, height };
    this.#host.requestUpdate();
  }
}
