/** Platforms by the word that Stream uses for them; others are shown as they come. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ['doordash', 'DoorDash'],
  ['uber', 'Uber'],
  ['ubereats', 'Uber Eats'],
  ['uber_eats', 'Uber Eats'],
  ['grubhub', 'Grubhub'],
  ['kiwibot', 'Kiwibot'],
]);

/** The words themselves. */
export const KNOWN_SOURCES: readonly string[] = [...SOURCES.keys()];

/** @returns what people call a platform. */
export const sourceWords = (source: string): string => SOURCES.get(source.trim().toLowerCase()) ?? source;
