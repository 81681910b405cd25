import { codeVersion, FOLD_SOURCES } from '../../read-model/fold-version';

/** Modules whose words and times the page has. */
const WORDS = /^(local-time|source-words|span-words|stage-words|summary-words|verdict-words)\.(js|ts)$/;
const PAGE = /^(bundle|first-page|html|make-bundle|page-style|read-order|reading|report|steps)\.(js|ts)$/;

/** The rules by which clocks of time zones are set, as this Node.js has them: others may show another time. */
const ZONE_RULES = process.versions['tz'] ?? 'none';

/**
 * @returns what identifies the code that makes the page of a bundle from its events: the folds, their words and the page. A
 * bundle that says the same has to be what this build makes of its events, byte by byte.
 */
export const evidenceCode = (): string =>
  `${codeVersion([
    ...FOLD_SOURCES,
    { directory: 'schemas', file: WORDS },
    { directory: 'services/audit/evidence', file: PAGE },
  ])}-${ZONE_RULES}`;
