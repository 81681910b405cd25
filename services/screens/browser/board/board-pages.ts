import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type Extent, pageOf } from './model/pages';

/** Milliseconds that a page stays: long enough to find a number on it from across the room. */
const TURN_MS = 8_000;

/** Each list turns by itself where all fit beside each other; else all of them together. */
function scrolling(root: HTMLElement | DocumentFragment): readonly Element[] {
  const columns = root.querySelector('.columns');
  const isOne = columns !== null && columns.scrollHeight > columns.clientHeight + 1;
  const strips = [...root.querySelectorAll('.strip')];
  return [...strips, ...(isOne ? [columns] : root.querySelectorAll('.stack .tiles'))].map(
    (one) => (one.matches('.strip') ? one.querySelector('.tiles') : one) ?? one,
  );
}

/** @returns where a tile lies in a box, the head of its list with the first of it. @param from where the box begins */
const extentIn = (box: Element, from: number) => (part: Element): Extent => {
  const { top, bottom } = part.getBoundingClientRect();
  const list = part.previousElementSibling === null ? part.closest('[data-list]') : null;
  const headTop = list !== null && box.contains(list) ? list.getBoundingClientRect().top : top;
  return { top: Math.min(top, headTop) - from, bottom: bottom - from };
};

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
    for (const box of this.#host.isWall ? scrolling(this.#host.renderRoot) : []) {
      const parts = [...box.querySelectorAll<HTMLElement>('li')];
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
