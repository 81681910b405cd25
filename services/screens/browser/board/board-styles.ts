import { styleSheet } from '../shared/rail-element';
import { frameStyles } from '../shared/styles/frame-styles';
import { basics, tokens } from '../shared/theme';
import jump from './layout/jump.css?inline';
import wall from './layout/wall.css?inline';
import board from './ticket-rail-board.css?inline';

/** How a board looks. */
export const boardStyles = [tokens, basics, frameStyles, ...[board, jump, wall].map(styleSheet)];
