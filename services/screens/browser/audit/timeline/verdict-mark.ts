import { svg, html, type SVGTemplateResult, type TemplateResult } from 'lit';
import { valueAt } from '../../../../../schemas/records';
import type { Verdict } from '../../../../../schemas/vocabulary';
import { verdictWords } from '../model/event-words';
import { styleSheet } from '../../shared/rail-element';
import css from './verdict.css?inline';

/** One shape for each verdict, on a 24 by 24 grid, so that colour is never all that distinguishes them. */
const SHAPES: Readonly<Record<Verdict, SVGTemplateResult>> = {
  advance: svg`<circle cx="12" cy="12" r="9.500"></circle><path d="m8 12.500 3 3 5.500-6.500"></path>`,
  action: svg`<circle cx="12" cy="12" r="9.500"></circle><path d="M6.500 12h8m-3-3.500 3.500 3.500-3.500 3.500M17.500 8.500v7"></path>`,
  driver_changed: svg`<rect x="2.500" y="2.500" width="19" height="19" rx="2"></rect><path d="M7 9.500h9l-2.500-2.500M17 14.500H8l2.500 2.500"></path>`,
  out_of_order: svg`<path d="M12 2.500 1.500 21.500h21L12 2.500Z"></path><path d="M15 15.500H9l2.500-2.500M9 15.500l2.500 2.500"></path>`,
  reopened: svg`<path d="M12 1.500 21.500 7v10L12 22.500 2.500 17V7L12 1.500Z"></path><path d="M8 13.500a4.200 4.200 0 1 0 1.200-4L8 10.500V7.500"></path>`,
  came_before: svg`<path d="M12 2.500 1.500 21.500h21L12 2.500Z"></path><path d="M15.500 14a3.700 3.700 0 1 0 .2 3M15.800 11.500V14h-2.500"></path>`,
  new_order: svg`<path d="M12 1.500 21.500 7v10L12 22.500 2.500 17V7L12 1.500Z"></path><path d="M12 8v8M8 12h8"></path>`,
  no_change: svg`<path d="M2 12a10 10 0 0 1 20 0v9.500H2V12Z"></path><path d="M8 11.500h8M8 15.500h8"></path>`,
  unknown_value: svg`<path d="M12 1.500 22.500 12 12 22.500 1.500 12 12 1.500Z"></path><path d="M9.700 9.800a2.400 2.400 0 1 1 2.300 3v1.200m0 2.500v.2"></path>`,
};

/** Renders the mark of a verdict, for beside its words. */
export function verdictShape(verdict: string): TemplateResult {
  const shape = valueAt(SHAPES, verdict) ?? SHAPES.unknown_value;
  return html`<svg class="mark" data-verdict=${verdict} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    ${shape}
  </svg>`;
}

/** Renders the mark and the words of a verdict. */
export const verdictMark = (verdict: string): TemplateResult =>
  html`<span class="verdict" data-verdict=${verdict}
    >${verdictShape(verdict)} <strong><bdi>${verdictWords(verdict).words}</bdi></strong></span
  >`;

/** One colour for each verdict, 4.5 to 1 or more on the surface and the ground. */
export const verdictStyles = styleSheet(css);
