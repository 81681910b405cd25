import { codeVersion, FOLD_SOURCES } from '../../read-model/fold-version';

/**
 * @returns what identifies the code that makes the page of a bundle from its events: the folds, their words and the page. A
 * bundle that says the same has to be what this build makes of its events, byte by byte.
 */
export const evidenceCode = (): string =>
  codeVersion([
    ...FOLD_SOURCES,
    { directory: 'schemas', file: /^verdict-words\.(js|ts)$/ },
    { directory: 'services/audit/evidence', file: /^(bundle|make-bundle|reading|report)\.(js|ts)$/ },
  ]);
