/** Forms of a connection string, as far as they distinguish one kind of store from another. */

/**
 * @returns whether text is a connection string of EventStoreDB, or of KurrentDB, as it is called since version 25. What
 *   else is wrong with it is said when it is opened.
 */
export const isEventStoreDbUrl = (text: string): boolean =>
  /^(?:esdb|kurrentdb|kdb)(?:\+discover)?:\/\/\S/i.test(text.trim());

/** The same in words. */
export const EVENTSTOREDB_URLS = 'esdb://..., kurrentdb://... or kdb://..., or one of these with +discover';
