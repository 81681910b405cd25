import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { keyOfTile, neighbour, tileKeyOf } from '../model/tile-keys';
import type { Settings } from '../model/settings';
import type { TicketRailTile } from '../tile/tile';

interface Host extends ReactiveControllerHost, HTMLElement {
  readonly renderRoot: HTMLElement | DocumentFragment;
  /** Keys are for this board also where nothing on the page has the focus. */
  readonly keys: boolean;
  readonly isWall: boolean;
  readonly settings: Settings;
}

interface Acts {
  /** Keys are for something else: somebody is typing, or a dialog is open. */
  readonly isAway: () => boolean;
  readonly open: (orderId: string) => void;
}

/** Boards on the page. */
const boards: TileKeys[] = [];

/**
 * Lets digits open tiles and arrows go from one to another, as bump bars do. The first digit only shows which one opens
 * what, for until then nobody can see it. Keys that are pressed elsewhere on the page are left to it.
 */
export class TileKeys implements ReactiveController {
  /** Tiles show their numbers. */
  #isInUse = false;
  readonly #host: Host;
  readonly #acts: Acts;

  constructor(host: Host, acts: Acts) {
    this.#host = host;
    this.#acts = acts;
  }

  hostConnected(): void {
    boards.push(this);
    document.addEventListener('keydown', this.#pressed);
  }

  hostDisconnected(): void {
    boards.splice(boards.indexOf(this), 1);
    document.removeEventListener('keydown', this.#pressed);
  }

  /** Numbers the tiles as they stand, or takes the numbers away where keys were switched off. */
  hostUpdated(): void {
    if (!this.#isInUse) return;
    this.#isInUse = this.#isOn;
    for (const [index, tile] of this.#tiles().entries()) tile.digit = this.#isInUse ? keyOfTile(index) : '';
  }

  /** Nothing on a wall can be opened. */
  get #isOn(): boolean {
    return this.#host.settings.keys && !this.#host.isWall;
  }

  /** Returns the tiles that can be opened, in their order on the page. */
  #tiles(): readonly TicketRailTile[] {
    return [...this.#host.renderRoot.querySelectorAll('ticket-rail-tile')].filter(({ still }) => !still);
  }

  /** Returns whether keys are for this board: it has the focus, or nothing has it, and the page leaves keys to this one. */
  #isMeant(): boolean {
    if (this.#host.matches(':focus-within')) return true;
    const { activeElement } = document;
    const isNowhere = activeElement === null || activeElement === document.body || activeElement.contains(this.#host);
    return isNowhere && boards.find((one) => one.#host.keys) === this;
  }

  readonly #pressed = (event: KeyboardEvent): void => {
    const key = tileKeyOf(event);
    if (key === null || event.defaultPrevented || event.isComposing) return;
    if (!this.#isOn || !this.#isMeant() || this.#acts.isAway()) return;
    // A digit that is held would open what its first press was to show.
    if ('number' in key && event.repeat) return;
    const tiles = this.#tiles();
    const tile = 'number' in key ? this.#numbered(tiles, key.number) : this.#towards(tiles, key.direction);
    if (tile === undefined) return;
    event.preventDefault();
    tile?.focus();
    if ('number' in key && tile !== null) this.#acts.open(tile.dataset['orderId'] ?? '');
  };

  /** @returns null where the numbers are only now shown; undefined where there is no such tile */
  #numbered(tiles: readonly TicketRailTile[], number: number): TicketRailTile | null | undefined {
    if (this.#isInUse) return tiles[number - 1];
    this.#isInUse = true;
    this.#host.requestUpdate();
    return null;
  }

  /** @returns undefined where the arrows are those of the page, which scroll it */
  #towards(tiles: readonly TicketRailTile[], direction: Parameters<typeof neighbour>[2]): TicketRailTile | undefined {
    const at = tiles.findIndex((tile) => tile.matches(':focus-within'));
    if (at === -1) return this.#isInUse ? tiles[0] : undefined;
    const boxes = tiles.map((tile) => tile.getBoundingClientRect());
    return tiles[neighbour(boxes, at, direction)];
  }
}
