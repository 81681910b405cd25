import basicsCss from './styles/basics.css?inline';
import { styleSheet } from './rail-element';
import tokensCss from './styles/tokens.css?inline';

/**
 * The look. Every `--ticket-rail-*` is for a page that embeds a component to set; docs/guides/embed-the-board.md lists
 * them. Each pair of text and ground has a contrast of 4.5 to 1 or more.
 */
export const tokens = styleSheet(tokensCss);

/** What all parts share. */
export const basics = styleSheet(basicsCss);
