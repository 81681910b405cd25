import type { Compared, RailAction } from '../../events/rail-actions';

/** What people at the counter did with an order, in plain words. */

const COMPARED_WORDS: Readonly<Record<Compared, string>> = {
  passcode: 'the passcode',
  plate: 'the plate',
  number: 'the order number',
  name: 'the name',
};

/** @returns how a driver was checked: `was checked by the plate and the name`. */
export function checkedWords(compared: readonly Compared[]): string {
  const words = compared.map((one) => COMPARED_WORDS[one]);
  const last = words.pop();
  if (last === undefined) return 'was not checked';
  return `was checked by ${words.length === 0 ? last : `${words.join(', ')} and ${last}`}`;
}

/** @returns who did it: the name of a reader, or somebody while reading is open. */
const byWords = (by: string | null): string => by ?? 'Somebody here';

/**
 * @param driver name of the driver on the card; null if it is not known
 * @returns what was done, for beside its time
 */
export function actionWords({ type, data }: RailAction, driver: string | null): string {
  const who = byWords(data.by);
  const whom = driver ?? 'a driver without a name';
  switch (type) {
    case 'rail.handed_over':
      return `${who} handed it over to ${whom}, who ${checkedWords(data.compared)}.`;
    case 'rail.acknowledged':
      return data.what === 'cancel'
        ? `${who} has seen that it was canceled.`
        : `${who} has seen that ${driver === null ? 'the driver changed' : `${driver} comes now`}.`;
    case 'rail.undone':
      return `${who} undid what was done at revision ${String(data.undone_revision)}.`;
  }
}
