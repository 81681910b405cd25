import type { ListedReader, ListedReaders } from '../../../../../schemas/api/reader-view';

/** Locations that are named in a row; of more, their number says enough. */
const NAMED = 5;

/** @returns what a reader may see, in words. @param called what people call a location */
export function locationsWords({ locations }: Pick<ListedReader, 'locations'>, called: (id: string) => string): string {
  if (locations === '*') return 'All locations';
  const named = locations.slice(0, NAMED).map(called).join(', ');
  return locations.length <= NAMED ? named : `${named} and ${String(locations.length - NAMED)} more`;
}

/** @returns why no screen can be added here, and what to do; null: screens can be added */
export function fixedWords(source: ListedReaders['listed_in']): string | null {
  switch (source) {
    case 'file':
      return null;
    case 'variable':
      return 'Readers are listed in READERS: put them into a file and set READERS_FILE to it, and screens can be added here.';
    case 'none':
      return 'Reading is open: there are no readers, and no screen of this machine needs to sign in. Make readers with ticket-rail reader add, and set READERS_FILE.';
  }
}

/** @returns locations with another, each once */
export const withLocation = (locations: readonly string[], id: string): readonly string[] =>
  id === '' || locations.includes(id) ? locations : [...locations, id];
