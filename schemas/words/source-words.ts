/** Platforms by the word that Stream uses for them; others are shown as they come. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ['doordash', 'DoorDash'],
  ['uber', 'Uber'],
  ['ubereats', 'Uber Eats'],
  ['uber_eats', 'Uber Eats'],
  ['grubhub', 'Grubhub'],
  ['kiwibot', 'Kiwibot'],
]);

/** What people call the platforms, by these names in lower case: one platform may come in several spellings. */
const NAMES: ReadonlyMap<string, string> = new Map([...SOURCES.values()].map((name) => [name.toLowerCase(), name]));

/** Platforms by their names in lower case, each once. */
export const KNOWN_SOURCES: readonly string[] = [...NAMES.keys()];

/** @returns what people call a platform. */
export function sourceWords(source: string): string {
  const word = source.trim().toLowerCase();
  return SOURCES.get(word) ?? NAMES.get(word) ?? source;
}
