import { css } from 'lit';

/**
 * The look. Every `--ticket-rail-*` is for a page that embeds a component to set; docs/guides/embed-the-board.md lists
 * them. Each pair of text and ground has a contrast of 4.5 to 1 or more.
 */
export const tokens = css`
  :host {
    --rail-ground: var(--ticket-rail-background, #eceeea);
    --rail-surface: var(--ticket-rail-surface, #ffffff);
    --rail-text: var(--ticket-rail-text, #14201b);
    --rail-muted: var(--ticket-rail-muted, #48564f);
    --rail-line: var(--ticket-rail-line, #c3cbc5);
    --rail-edge: var(--ticket-rail-edge, #6c7a73);
    --rail-accent: var(--ticket-rail-accent, #0b5a49);
    --rail-on-accent: var(--ticket-rail-on-accent, #ffffff);
    --rail-arrival: var(--ticket-rail-arrival, #ffcb2e);
    --rail-on-arrival: var(--ticket-rail-on-arrival, #221900);
    --rail-alarm: var(--ticket-rail-alarm, #b3231b);
    --rail-on-alarm: var(--ticket-rail-on-alarm, #ffffff);
    --rail-return: var(--ticket-rail-return, #6b2f9c);
    --rail-on-return: var(--ticket-rail-on-return, #ffffff);
    --rail-ready: var(--ticket-rail-ready, #1a6b3b);
    --rail-road: var(--ticket-rail-road, #1d5c9e);
    --rail-late: var(--ticket-rail-late, #ffe3a1);
    --rail-on-late: var(--ticket-rail-on-late, #3a2900);
    --rail-radius: var(--ticket-rail-radius, 0.5em);
    --rail-shadow: 0 1px 2px rgb(0 0 0 / 14%);
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --rail-ground: var(--ticket-rail-background, #0c1210);
      --rail-surface: var(--ticket-rail-surface, #1a2420);
      --rail-text: var(--ticket-rail-text, #edf3ef);
      --rail-muted: var(--ticket-rail-muted, #aebbb4);
      --rail-line: var(--ticket-rail-line, #34423c);
      --rail-edge: var(--ticket-rail-edge, #82918a);
      --rail-accent: var(--ticket-rail-accent, #66d9b8);
      --rail-on-accent: var(--ticket-rail-on-accent, #04231b);
      --rail-alarm: var(--ticket-rail-alarm, #ff8d83);
      --rail-on-alarm: var(--ticket-rail-on-alarm, #2c0400);
      --rail-return: var(--ticket-rail-return, #d3a6fb);
      --rail-on-return: var(--ticket-rail-on-return, #25053f);
      --rail-ready: var(--ticket-rail-ready, #7bd79c);
      --rail-road: var(--ticket-rail-road, #90c2ff);
      --rail-late: var(--ticket-rail-late, #5b4400);
      --rail-on-late: var(--ticket-rail-on-late, #ffe9b0);
      --rail-shadow: none;
    }
  }
  :host {
    display: block;
    container-type: inline-size;
    color: var(--rail-text);
    background: var(--rail-ground);
    font-family: var(--ticket-rail-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif);
    line-height: 1.35;
    text-align: start;
  }
  :host([hidden]) {
    display: none;
  }
  /* One step of size from a phone in the hand to a wall seen from across the room. */
  .frame {
    font-size: calc(clamp(0.9375rem, 0.5rem + 0.58cqi, 2.5rem) * var(--ticket-rail-scale, 1));
  }
`;

/** What all parts share. */
export const basics = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  /* Text of others is as long and as foreign as they like: it breaks anywhere, and keeps its direction to itself. */
  bdi {
    unicode-bidi: isolate;
    overflow-wrap: anywhere;
  }
  .icon {
    flex: none;
    width: 1.25em;
    height: 1.25em;
    fill: none;
    stroke: currentcolor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
    vertical-align: -0.25em;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.4em;
    min-height: max(44px, 2.4em);
    min-width: max(44px, 2.4em);
    padding: 0.3em 0.8em;
    border: 1px solid var(--rail-edge);
    border-radius: var(--rail-radius);
    background: var(--rail-surface);
    color: var(--rail-text);
    font-weight: 600;
    text-decoration: none;
    cursor: pointer;
  }
  button.primary {
    border-color: transparent;
    background: var(--rail-accent);
    color: var(--rail-on-accent);
  }
  input,
  select {
    min-height: max(44px, 2.4em);
    padding: 0.3em 0.6em;
    border: 1px solid var(--rail-edge);
    border-radius: var(--rail-radius);
    background: var(--rail-surface);
  }
  :is(button, a, input, select, summary, [tabindex]):focus-visible {
    outline: 3px solid var(--rail-accent);
    outline-offset: 2px;
  }
  a {
    color: var(--rail-accent);
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
      scroll-behavior: auto !important;
    }
  }
`;
