import type { Page } from 'playwright-core';
import { until } from './patience';

/** What a board showed, noted in the page itself. */
export interface Shown {
  readonly order: string;
  readonly step: number;
  readonly stage: string;
  /** Milliseconds since the epoch when the frame that shows it was painted. */
  readonly at: number | null;
}

export interface Watched {
  /** Each state of each order in the order in which it came to be in the page. */
  readonly shown: readonly Shown[];
  /** Orders that were on the board twice at the same time. */
  readonly doubles: readonly string[];
  /** Orders whose arrival was told. */
  readonly arrivals: readonly string[];
}

/**
 * A state that can be told from every other by what the board shows of it: a status word that nobody has told us of is
 * shown as it came.
 */
export const step = (number: number): { readonly delivery_status: string } => ({
  delivery_status: `step_${String(number)}`,
});

/**
 * Looks at every change of the page, shadow roots included, as soon as it is made. A frame has been painted once a
 * message that was sent in its animation callback arrives.
 */
const SCRIPT = `(() => {
  const watched = { shown: [], doubles: [], arrivals: [] };
  window.watched = watched;
  const steps = new Map();
  let unpainted = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const at = performance.timeOrigin + performance.now();
    for (const one of unpainted) one.at = at;
    unpainted = [];
  };
  const look = () => {
    const seen = new Set();
    for (const tile of document.querySelector('ticket-rail-board').shadowRoot.querySelectorAll('ticket-rail-tile')) {
      const { orderId: order, stage } = tile.dataset;
      const text = /unknown: step_(\\d+)/.exec(tile.shadowRoot?.textContent ?? '')?.[1];
      if (text === undefined) continue;
      if (seen.has(order)) watched.doubles.push(order);
      seen.add(order);
      const step = Number(text);
      if (steps.get(order) === step) continue;
      steps.set(order, step);
      const shown = { order, step, stage, at: null };
      watched.shown.push(shown);
      if (unpainted.push(shown) === 1) requestAnimationFrame(() => port2.postMessage(null));
    }
  };
  const observer = new MutationObserver(look);
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
    return root;
  };
  addEventListener('driver-arrived', ({ detail }) => watched.arrivals.push(detail.order.order_id));
})()`;

/** To be called before the page is opened. */
export const watch = (page: Page): Promise<void> => page.addInitScript({ content: SCRIPT });

export const watched = (page: Page): Promise<Watched> => page.evaluate('window.watched');

/** Waits until an expression holds in a page. Playwright's own way evaluates texts as code, which the pages forbid. */
export const untilOnPage = (page: Page, expression: string, ms?: number): Promise<true> =>
  until(`${expression} on the page`, () => page.evaluate<boolean>(`!!(${expression})`), ms).then(() => true);
