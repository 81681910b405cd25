import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Room } from './model/lanes';

/** Least width of a lane of tiles, and height of a compact tile with the space around it, in letters of the board. */
const LANE_EM = { hand: 10.6, wall: 13 } as const;
const TILE_EM = 6.5;
/** Height of the head of a column. */
const HEAD_EM = 3;

interface Host extends ReactiveControllerHost {
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly isWall: boolean;
}

/** Measures how many tiles a board has room for. */
export class BoardRoom implements ReactiveController {
  room: Room = { lanes: 6, rows: 6 };
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
    const em = parseFloat(getComputedStyle(columns).fontSize);
    const { width, height } = columns.getBoundingClientRect();
    const lanes = Math.max(1, Math.floor(width / (LANE_EM[this.#host.isWall ? 'wall' : 'hand'] * em)));
    const rows = Math.max(1, Math.floor((height / em - HEAD_EM) / TILE_EM));
    if (lanes === this.room.lanes && rows === this.room.rows) return;
    this.room = { lanes, rows };
    this.#host.requestUpdate();
  }
}
