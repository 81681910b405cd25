import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { pageOf } from './model/pages';

/** Milliseconds that a page stays: long enough to find a number on it from across the room. */
const TURN_MS = 8_000;

interface Host extends ReactiveControllerHost {
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly isWall: boolean;
}

/** Turns the pages of the lists on a screen that nobody can touch, and knows how much is on the others. */
export class BoardPages implements ReactiveController {
  #hidden: ReadonlyMap<string, number> = new Map();
  #timer: ReturnType<typeof setInterval> | undefined;

  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  /** @returns how many of a list's orders are not on the page that is shown */
  readonly more = (list: string): number => this.#hidden.get(list) ?? 0;

  hostConnected(): void {
    this.#timer = setInterval(() => {
      this.#lay(true);
    }, TURN_MS);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }

  hostUpdated(): void {
    this.#lay(false);
  }

  /** @param isTurning to the next page; otherwise the one that is shown is only looked at */
  #lay(isTurning: boolean): void {
    const hidden = new Map<string, number>();
    const lists = this.#host.isWall ? this.#host.renderRoot.querySelectorAll<HTMLElement>('[data-list] .tiles') : [];
    for (const list of lists) {
      const parts = [...list.children] as HTMLElement[];
      const from = list.offsetTop;
      const extents = parts.map(({ offsetTop, offsetHeight }) => ({
        top: offsetTop - from,
        bottom: offsetTop - from + offsetHeight,
      }));
      const page = pageOf(extents, list.clientHeight, list.scrollTop, isTurning);
      list.scrollTop = page.top;
      const name = list.closest('[data-list]')?.getAttribute('data-list') ?? '';
      if (page.hidden > 0) hidden.set(name, page.hidden);
      for (const part of parts) {
        const box = { top: part.offsetTop - from, bottom: part.offsetTop - from + part.offsetHeight };
        // Half a tile would be half a number.
        part.toggleAttribute('data-cut', pageOf([box], list.clientHeight, page.top, false).hidden > 0);
      }
    }
    const isSame = hidden.size === this.#hidden.size && [...hidden].every(([list, count]) => this.more(list) === count);
    if (isSame) return;
    this.#hidden = hidden;
    this.#host.requestUpdate();
  }
}
