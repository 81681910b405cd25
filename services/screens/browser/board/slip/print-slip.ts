import { html, nothing, type TemplateResult } from 'lit';
import encodeQR from 'qr';
import { say, speech } from '../../shared/model/say';
import { property, railElement, styleDocument, styleSheet } from '../../shared/rail-element';
import { modulesPath, numberSize, PAPER, paperHeight, type Slip } from '../model/handoff/slip';
import css from './slip.css?inline';

/** Prints slips by the dialog of the browser. It is loaded when the first one is asked for. */

/** Pixels of style sheets in a millimetre. */
const PX_A_MM = 96 / 25.4;
/**
 * Milliseconds from which on the browser has waited for its dialog: nobody closes that sooner. Tablets do not wait, and say
 * `afterprint` before they draw the paper.
 */
const WAITED_MS = 2_000;
/** Milliseconds for which touches mean nothing after that: the second tap of a double one was meant for the button. */
const DEAD_MS = 500;
/** Longest that a slip stays on a page that nobody touches, in milliseconds. */
const LONGEST_MS = 60_000;
/** What somebody does on the page after the dialog. */
const TOUCHES = ['pointerdown', 'pointermove', 'keydown'] as const;

const line = (name: string, text: string | null): TemplateResult | typeof nothing =>
  text === null ? nothing : html`<p class=${name}><bdi>${text}</bdi></p>`;

/** Modules around a code that stay white. */
const QUIET_ZONE = 4;

/** Returns a code. @param text of at most 2,331 bytes */
function codeOf(text: string): TemplateResult {
  const rows = encodeQR(text, 'raw', { border: QUIET_ZONE });
  return html`<svg viewBox=${`0 0 ${String(rows.length)} ${String(rows.length)}`} role="img" aria-label=${text}>
    <path d=${modulesPath(rows)}></path>
  </svg>`;
}

/** The paper that goes with an order. */
class TicketRailSlip extends railElement({
  slip: property<Slip | null>(null),
}) {
  protected override render(): TemplateResult | typeof nothing {
    const { slip } = this;
    if (slip === null) return nothing;
    const { number, source, name, items, location, orderId } = slip;
    return html`<div lang=${speech().language} dir=${speech().direction}>
      <p class="number" .style=${`font-size: ${String(numberSize(number))}mm`}><bdi>${number}</bdi></p>
      ${line('source', source)} ${line('name', name)}
      ${line('items', items === null ? null : say('label.items', { count: items }))} ${codeOf(orderId)}
      ${line('id', orderId)} ${line('id', location)}
    </div>`;
  }

  static override styles = [styleSheet(css)];
}

customElements.define('ticket-rail-slip', TicketRailSlip);

/** Leaves nothing of a page on paper but the slip. @param height of the paper in millimetres */
const paperStyle = (height: number): string => `
  @page { size: ${String(PAPER.width)}mm ${String(height)}mm; margin: ${String(PAPER.margin)}mm; }
  @media print {
    html, body {
      display: block !important; min-width: 0 !important; min-height: 0 !important; height: auto !important;
      margin: 0 !important; padding: 0 !important; background: #fff !important; color-scheme: light !important;
    }
    body > :not(ticket-rail-slip) { display: none !important; }
  }`;

/** Takes away the slip that is on the page. */
let clear = (): void => undefined;

/**
 * Prints a slip by the dialog of the browser, on paper of its width and height. One is on the page at most, so that nothing
 * else is printed with it, and no longer than it has to be: until it is gone, all that the page prints is the slip.
 * @returns when the next can be printed
 */
export async function printSlip(slip: Slip): Promise<void> {
  clear();
  const element = new TicketRailSlip();
  const over = new AbortController();
  over.signal.addEventListener('abort', () => {
    element.remove();
  });
  const mine = (): void => {
    over.abort();
  };
  clear = mine;
  element.slip = slip;
  document.body.append(element);
  await element.updateComplete;
  if (over.signal.aborted) return;
  const undress = styleDocument(paperStyle(paperHeight(element.getBoundingClientRect().height / PX_A_MM)));
  over.signal.addEventListener('abort', undress);
  const asked = performance.now();
  window.print();
  if (performance.now() - asked >= WAITED_MS) mine();
  setTimeout(mine, LONGEST_MS);
  await new Promise((resolve) => setTimeout(resolve, DEAD_MS));
  for (const touch of TOUCHES) window.addEventListener(touch, mine, { capture: true, signal: over.signal });
}
