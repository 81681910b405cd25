import css from './frame-styles.css?inline';
import { styleSheet } from '../rail-element';

/** Bar, banners and freshness: what the board and the customers' board share. */
export const frameStyles = styleSheet(css);
