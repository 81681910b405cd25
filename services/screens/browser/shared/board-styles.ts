import { css } from 'lit';

/** Bar, banners and freshness: what the board and the customers' board share. */
export const frameStyles = css`
  .frame {
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 0;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5em 0.8em;
    padding: 0.5em 0.8em;
    border-bottom: 1px solid var(--rail-line);
    background: var(--rail-surface);
  }
  .location {
    min-width: 0;
    max-width: 100%;
    overflow: hidden;
    font-size: 1.1em;
    font-weight: 700;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .location select {
    max-width: 100%;
    font-weight: 700;
    text-overflow: ellipsis;
  }
  .freshness {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.1em 0.35em;
    padding: 0.2em 0.6em;
    border: 1px solid var(--rail-line);
    border-radius: var(--rail-radius);
    font-variant-numeric: tabular-nums;
  }
  .freshness[data-freshness='live'] .icon {
    color: var(--rail-ready);
  }
  .freshness[data-freshness='stale'] {
    border-color: transparent;
    background: var(--rail-alarm);
    color: var(--rail-on-alarm);
  }
  .freshness[data-freshness='connecting'] {
    border-color: transparent;
    background: var(--rail-late);
    color: var(--rail-on-late);
  }
  .banner {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-start;
    gap: 0.5em 0.8em;
    width: 100%;
    padding: 0.6em 0.9em;
    border: 0;
    border-radius: 0;
    font-weight: 600;
    text-align: start;
  }
  .banner p,
  .banner span {
    flex: 1 1 12em;
    min-width: 0;
  }
  .banner:focus-visible {
    outline-offset: -4px;
  }
  .banner.stale {
    background: repeating-linear-gradient(
      -45deg,
      var(--rail-alarm) 0 1.5em,
      color-mix(in srgb, var(--rail-alarm) 92%, var(--rail-on-alarm)) 1.5em 3em
    );
    background-color: var(--rail-alarm);
    color: var(--rail-on-alarm);
    font-size: 1.1em;
  }
  .empty {
    padding: 3em 1em;
    color: var(--rail-muted);
    font-size: 1.2em;
    text-align: center;
  }
  /* Old data looks old. Contrast stays: what is there may still be needed. */
  [data-stale] {
    filter: grayscale(1);
  }
`;

const columnStyles = css`
  :host {
    height: var(--ticket-rail-height, auto);
  }
  .search {
    position: relative;
    flex: 1 1 11em;
    max-width: 24em;
  }
  .search .icon {
    position: absolute;
    inset-inline-start: 0.6em;
    inset-block-start: calc(50% - 0.6em);
    color: var(--rail-muted);
  }
  .search input {
    width: 100%;
    padding-inline-start: 2.2em;
    text-overflow: ellipsis;
  }
  .search input::placeholder {
    color: var(--rail-muted);
    opacity: 1;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em;
    margin-inline-start: auto;
  }
  .banner.sound {
    border-bottom: 1px solid var(--rail-line);
    background: var(--rail-late);
    color: var(--rail-on-late);
  }
  .banner.arrival {
    background: var(--rail-arrival);
    color: var(--rail-on-arrival);
    font-size: 1.25em;
  }
  .body {
    display: flex;
    flex-direction: column;
    gap: 0.7em;
    min-height: 0;
    padding: 0.7em;
  }
  .note {
    color: var(--rail-muted);
  }
  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.7em;
    min-height: 0;
  }
  .column {
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    scroll-margin-top: 9em;
  }
  .column h2,
  .strip h2 {
    display: flex;
    align-items: center;
    gap: 0.4em;
    padding: 0.35em 0.6em;
    border-radius: var(--rail-radius) var(--rail-radius) 0 0;
    border-bottom: 0.22em solid var(--rail-edge);
    background: var(--rail-surface);
    font-size: 1.05em;
    line-height: 1.2;
  }
  .column h2 > span:first-of-type {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  h2:focus {
    outline: 3px solid var(--rail-accent);
    outline-offset: -3px;
  }
  .column[data-stage='ready'] h2 {
    border-bottom-color: var(--rail-ready);
  }
  .column[data-stage='driver_here'] h2 {
    border-bottom-color: var(--rail-arrival);
  }
  .column[data-stage='on_the_way'] h2 {
    border-bottom-color: var(--rail-road);
  }
  .column[data-stage='driver_here']:not([data-count='0']) h2 {
    border-bottom-color: var(--rail-on-arrival);
    background: var(--rail-arrival);
    color: var(--rail-on-arrival);
  }
  .column[data-stage='needs_action']:not([data-count='0']) h2,
  .strip[data-strip='canceled'] h2 {
    border-bottom-color: transparent;
    background: var(--rail-alarm);
    color: var(--rail-on-alarm);
  }
  .column[data-stage='coming_back']:not([data-count='0']) h2 {
    border-bottom-color: transparent;
    background: var(--rail-return);
    color: var(--rail-on-return);
  }
  .count {
    margin-inline-start: auto;
    padding: 0 0.5em;
    border: 1px solid currentcolor;
    border-radius: 1em;
    font-variant-numeric: tabular-nums;
  }
  .none {
    padding: 0.8em 0.6em;
    color: var(--rail-muted);
  }
  .tiles {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: 0.5em;
    padding: 0.5em 0;
  }
  .strip .tiles {
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 29em), 1fr));
  }
  .strip li {
    container-type: inline-size;
  }
  .fold .tiles {
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 15em), 1fr));
  }
  .fold {
    border: 1px solid var(--rail-line);
    border-radius: var(--rail-radius);
    background: var(--rail-ground);
  }
  .folds {
    display: grid;
    gap: 0.5em;
  }
  .fold .tiles {
    padding: 0.5em;
  }
  summary {
    display: flex;
    align-items: center;
    min-height: max(44px, 2.4em);
    padding: 0 0.8em;
    border-radius: var(--rail-radius);
    background: var(--rail-surface);
    cursor: pointer;
  }
  summary::before {
    content: '';
    margin-inline-end: 0.6em;
    border-block: 0.35em solid transparent;
    border-inline-start: 0.5em solid currentcolor;
  }
  details[open] > summary::before {
    transform: rotate(90deg);
  }
  summary h2 {
    font-size: 1em;
  }
  .jump {
    position: sticky;
    top: 0;
    z-index: 2;
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: 0.3em;
    padding: 0.4em 0.7em;
    border-bottom: 1px solid var(--rail-line);
    background: var(--rail-ground);
  }
  .jump button {
    display: grid;
    grid-template-columns: auto 1fr;
    justify-items: start;
    gap: 0.1em 0.3em;
    padding: 0.2em 0.4em;
    font-size: 0.8em;
    text-align: start;
    line-height: 1.15;
  }
  .jump .word {
    grid-column: 1 / -1;
  }
  .jump .count {
    justify-self: end;
  }
  .jump [data-stage='driver_here']:not([data-count='0']) {
    background: var(--rail-arrival);
    color: var(--rail-on-arrival);
  }
  .jump [data-stage='needs_action']:not([data-count='0']) {
    background: var(--rail-alarm);
    color: var(--rail-on-alarm);
  }
  .jump [data-stage='coming_back']:not([data-count='0']) {
    background: var(--rail-return);
    color: var(--rail-on-return);
  }
  @container (min-width: 42rem) {
    .jump {
      display: none;
    }
    .columns {
      grid-template-columns: repeat(3, minmax(0, 1fr));
    }
  }
  /* Wide enough for all columns: each scrolls by itself, so that every stage stays in sight. */
  @container (min-width: 68rem) {
    .frame {
      overflow: hidden;
    }
    .body {
      flex: 1;
    }
    .columns {
      flex: 1 1 20em;
      grid-template-columns: repeat(6, minmax(0, 1fr));
      grid-template-rows: minmax(0, 1fr);
    }
    .column .tiles,
    .strip .tiles,
    .fold .tiles {
      overflow: auto;
    }
    .column .tiles {
      flex: 1;
    }
    .strip {
      display: flex;
      flex-direction: column;
      max-height: 14em;
    }
    .fold .tiles {
      max-height: 20em;
    }
  }
`;

export const boardStyles = [frameStyles, columnStyles];
