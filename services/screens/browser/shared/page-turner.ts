import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type Extent, pageOf } from './model/pages';

/** Milliseconds that a page stays: long enough to find a number on it from across the room. */
const TURN_MS = 8_000;

interface Host extends ReactiveControllerHost {
  readonly renderRoot: HTMLElement | DocumentFragment;
}

/** @returns where a part lies in a box, the head of its list with the first of it. @param from where the box begins */
const extentIn =
  (box: Element, from: number) =>
  (part: Element): Extent => {
    const { top, bottom } = part.getBoundingClientRect();
    const list = part.previousElementSibling === null ? part.closest('[data-list]') : null;
    const first = list !== null && box.contains(list) ? list.getBoundingClientRect().top : top;
    return { top: Math.min(top, first) - from, bottom: bottom - from };
  };

/** Turns the pages of lists on a screen that nobody can touch, and knows how much is on the others. */
export class PageTurner implements ReactiveController {
  #hidden: ReadonlyMap<string, number> = new Map();
  #timer: ReturnType<typeof setInterval> | undefined;

  readonly #host: Host;
  readonly #boxes: () => readonly Element[];

  /** @param boxes gives what turns, each with parts that are `li`, in lists that `data-list` names */
  constructor(host: Host, boxes: () => readonly Element[]) {
    this.#host = host;
    this.#boxes = boxes;
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
    for (const box of this.#boxes()) {
      const parts = [...box.querySelectorAll('li')];
      const from = box.getBoundingClientRect().top - box.scrollTop;
      const page = pageOf(parts.map(extentIn(box, from)), box.clientHeight, box.scrollTop, isTurning);
      box.scrollTop = page.top;
      for (const [at, part] of parts.entries()) {
        const isHidden = page.hidden.has(at);
        // Half a tile would be half a number.
        part.toggleAttribute('data-cut', isHidden);
        const list = part.closest('[data-list]')?.getAttribute('data-list') ?? '';
        if (isHidden) hidden.set(list, (hidden.get(list) ?? 0) + 1);
      }
    }
    const isSame = hidden.size === this.#hidden.size && [...hidden].every(([list, count]) => this.more(list) === count);
    if (isSame) return;
    this.#hidden = hidden;
    this.#host.requestUpdate();
  }
}
