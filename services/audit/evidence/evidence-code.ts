import { codeVersion, FOLD_SOURCES, type Sources } from '../../read-model/fold-version';

/** The modules that make a bundle from events, besides the folds, by directory. A test holds that none is missing. */
const MODULES: Readonly<Record<string, readonly string[]>> = {
  schemas: ['broken-invariant', 'label', 'local-time', 'order-key', 'records'],
  'schemas/api': ['order-summary', 'order-view'],
  'schemas/events': ['delivery-ids', 'event-data', 'event-id', 'position', 'stream-name', 'withheld'],
  'schemas/files': ['reader-name', 'readers'],
  'schemas/json': ['exact-json', 'json-pointer', 'list-file'],
  'schemas/language': ['languages', 'message', 'speech'],
  'schemas/language/sentences': ['action-words', 'evidence-messages', 'phrase', 'summary-words'],
  'schemas/wire': ['handle-order'],
  'schemas/words': [
    ...['attention-words', 'field-words', 'source-words', 'span-words', 'stage-words', 'verdict-words'],
  ],
  'services/audit/chain': ['stream-heads', 'verification', 'verify-event'],
  'services/audit/evidence': ['bundle', 'make-bundle', 'read-order', 'reading', 'steps'],
  'services/audit/evidence/page': [
    ...['change-words', 'event-rows', 'first-page', 'html', 'order-tables', 'page-foot', 'page-style', 'page-times'],
    ...['proven-words', 'report', 'shown-part'],
  ],
  'services/audit/export': ['ndjson', 'select-events', 'stream-count'],
  'services/audit/merkle': ['inclusion-text', 'signed-note', 'tree'],
  'services/concurrency': ['turns'],
  'services/event-store': ['event-store', 'readable-events', 'reads'],
  'services/event-store/seal': ['canonical-json', 'log-hash', 'seal'],
  'services/http': ['html-text'],
};

/** All code that decides what a bundle of given events is. */
export const EVIDENCE_SOURCES: Sources = [
  ...FOLD_SOURCES,
  ...Object.entries(MODULES).map(([directory, names]) => {
    return { directory, file: new RegExp(`^(${names.join('|')})\\.(js|ts)$`) };
  }),
];

/** The rules by which clocks of time zones are set, as this Node.js has them: others may show another time. */
const ZONE_RULES = process.versions['tz'] ?? 'none';

/**
 * @returns what identifies the code that makes a bundle from its events. A bundle that says the same has to be what this
 *   build makes of its events, byte by byte. It is read from the files of that code: to be asked for once, as a process
 *   starts, for they may be replaced while it runs.
 */
export const evidenceCode = (): string => `${codeVersion(EVIDENCE_SOURCES)}-${ZONE_RULES}`;
