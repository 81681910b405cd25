import { css } from 'lit';

/** What the audit pages share: panels, fields, a player with its scrubber. */
export const auditStyles = css`
  .panel {
    min-width: 0;
    padding: 0.8em 0.9em;
    border: 1px solid var(--rail-line);
    border-radius: var(--rail-radius);
    background: var(--rail-surface);
  }
  .stack {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.8em;
  }
  .muted {
    color: var(--rail-muted);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.4em 0.8em;
  }
  h2 {
    font-size: 1.3em;
    line-height: 1.2;
  }
  h3 {
    font-size: 1.05em;
  }
  time {
    font-variant-numeric: tabular-nums;
  }
  code {
    font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
    font-size: 0.9em;
    overflow-wrap: anywhere;
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th,
  td {
    padding: 0.3em 0.8em 0.3em 0;
    border-bottom: 1px solid var(--rail-line);
    text-align: start;
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  thead th {
    color: var(--rail-muted);
    font-size: 0.85em;
  }
  .player {
    position: sticky;
    top: 0;
    z-index: 3;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.4em 0.6em;
    padding: 0.5em 0.7em;
    border: 1px solid var(--rail-line);
    border-radius: var(--rail-radius);
    background: var(--rail-surface);
    box-shadow: var(--rail-shadow);
  }
  .player input[type='range'] {
    flex: 1 1 12em;
    min-width: 0;
    padding: 0;
    border: 0;
    background: none;
    accent-color: var(--rail-accent);
  }
  .player output {
    font-variant-numeric: tabular-nums;
  }
  .trouble {
    padding: 0.8em 0.9em;
    border: 2px solid var(--rail-alarm);
    border-radius: var(--rail-radius);
    background: var(--rail-surface);
  }
  [aria-disabled='true'] {
    border-style: dashed;
    color: var(--rail-muted);
    cursor: not-allowed;
  }
`;
