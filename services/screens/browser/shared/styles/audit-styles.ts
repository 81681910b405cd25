import css from './audit-styles.css?inline';
import { styleSheet } from '../rail-element';

/** What the audit pages share: panels, fields, a player with its scrubber. */
export const auditStyles = styleSheet(css);
