import type { Compared, RailAction } from '../../events/rail-actions';
import { foreign, listed, OF_FILES, type Phrase, phrase, sentenceOf, textOfParts } from './phrase';

/** What people at the counter did with an order, in plain words. */

/** @returns what was done to an order, and how the driver was checked. @param before what was done */
export function checkedPhrase(before: Phrase, compared: readonly Compared[]): Phrase {
  const all = listed(compared.map((one) => phrase(`compared.${one}`)));
  return all === null ? phrase('said.unchecked', { before }) : phrase('said.checked', { before, compared: all });
}

/**
 * @param driver name of the driver on the card; null if it is not known
 * @returns what was done, for beside its time
 */
export function actionPhrase({ type, data }: RailAction, driver: string | null): Phrase {
  // The name of a reader, or somebody while reading is open.
  const by = data.by === null ? phrase('said.somebody') : foreign(data.by);
  switch (type) {
    case 'rail.handed_over': {
      const whom = driver === null ? phrase('said.nameless') : foreign(driver);
      return checkedPhrase(phrase('said.handed_over', { by, driver: whom }), data.compared);
    }
    case 'rail.acknowledged':
      if (data.what === 'cancel') return phrase('said.seen_canceled', { by });
      return driver === null
        ? phrase('said.seen_change', { by })
        : phrase('said.seen_driver', { by, driver: foreign(driver) });
    case 'rail.undone':
      return phrase('said.undid', { by, revision: foreign(String(data.undone_revision)) });
  }
}

/** @returns the same as files say it. */
export const actionWords = (action: RailAction, driver: string | null): string =>
  textOfParts(sentenceOf(actionPhrase(action, driver), OF_FILES, String));
