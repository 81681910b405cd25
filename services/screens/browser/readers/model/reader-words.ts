import { listWords, say } from '../../operators/model/say';
import type { ListedReader, ListedReaders } from '../../../../../schemas/api/reader-view';

/** Locations that are named in a row; of more, their number says enough. */
const NAMED = 5;

/** @returns what a reader may see, in words. @param called what people call a location */
export function locationsWords({ locations }: Pick<ListedReader, 'locations'>, called: (id: string) => string): string {
  if (locations === '*') return say('readers.all_locations');
  const words = listWords(locations.slice(0, NAMED).map(called));
  return locations.length <= NAMED ? words : say('words.more', { words, count: locations.length - NAMED });
}

/** @returns why no screen can be added here, and what to do; null: screens can be added */
export function fixedWords(source: ListedReaders['listed_in']): string | null {
  switch (source) {
    case 'file':
      return null;
    case 'variable':
      return say('readers.in_variable');
    case 'none':
      return say('readers.open');
  }
}

/** @returns locations with another, each once */
export const withLocation = (locations: readonly string[], id: string): readonly string[] =>
  id === '' || locations.includes(id) ? locations : [...locations, id];
