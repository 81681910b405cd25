import { readerName } from '../files/reader-name';
import type { ReaderName } from '../files/readers';
import { isJsonObject } from '../json/json-object';

/**
 * What people at the counter did with an order: the facts in its stream that are the restaurant's own
 * (docs/decisions/029-actions.md). The threads that read the log need this: nothing here is to load zod.
 */

/** What of a driver was compared with what the card shows. */
export const COMPARED = ['passcode', 'plate', 'number', 'name'] as const;
export type Compared = (typeof COMPARED)[number];

/** What can be acknowledged: that the order was canceled, and that another driver comes, or none. */
export const ACKNOWLEDGED = ['cancel', 'driver_change'] as const;
export type AcknowledgedWhat = (typeof ACKNOWLEDGED)[number];

/** What is known of every action. */
interface Pressed {
  /** Name of the reader who pressed; null while reading is open. */
  readonly by: ReaderName | null;
  /** When it was pressed by the clock of the screen, which only claims it: RFC 3339, UTC, milliseconds. */
  readonly at: string;
  /** Of the newest event in what the screen showed. */
  readonly seen_revision: number;
}

/** Data of `rail.handed_over`: the driver on the card got the food. */
export interface HandedOverData extends Pressed {
  /** What was compared, in the order of {@link COMPARED}. */
  readonly compared: readonly Compared[];
  /** Of the event that first reported the driver on the card; null if nobody was known. */
  readonly driver_revision: number | null;
}

/** Data of `rail.acknowledged`: somebody has seen what changed. */
export interface AcknowledgedData extends Pressed {
  readonly what: AcknowledgedWhat;
  readonly driver_revision: number | null;
}

/** Data of `rail.undone`: an action was pressed by mistake. */
export interface UndoneData extends Pressed {
  /** Of the action that does not count any more. */
  readonly undone_revision: number;
}

/** The data of each type of action, which is the type of its event. */
interface ActionData {
  readonly 'rail.handed_over': HandedOverData;
  readonly 'rail.acknowledged': AcknowledgedData;
  readonly 'rail.undone': UndoneData;
}
export type ActionType = keyof ActionData;

/** One action, as its event has it. */
export type RailAction = {
  [Type in ActionType]: { readonly type: Type; readonly data: ActionData[Type] };
}[ActionType];

export const ACTION_TYPES = [
  'rail.handed_over',
  'rail.acknowledged',
  'rail.undone',
] as const satisfies readonly ActionType[];

export const isActionType = (type: string): type is ActionType => (ACTION_TYPES as readonly string[]).includes(type);

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

const isTime = (value: unknown): value is string =>
  typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value));

/**
 * @param at a time in RFC 3339
 * @returns the same as actions hold it; null where its year in UTC has not four digits, which an offset can do
 */
export function timeInAction(at: string): string | null {
  const date = new Date(at);
  const time = Number.isNaN(date.getTime()) ? null : date.toISOString();
  return isTime(time) ? time : null;
}
const isRevision = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isRevisionOrNull = (value: unknown): value is number | null => value === null || isRevision(value);

/** Returns whether a list has known words, each once and in their order. */
const isCompared = (value: unknown): value is readonly Compared[] =>
  Array.isArray(value) &&
  JSON.stringify(value) === JSON.stringify(COMPARED.filter((one) => (value as readonly unknown[]).includes(one)));

const hasOnly = (data: object, ...names: readonly string[]): boolean =>
  Object.keys(data).every((name) => names.includes(name));

/**
 * @returns an action as it was stored, if its data are exactly as this service writes them; null for any others, and for
 *   events that are no actions
 */
export function actionOf({ type, data }: { readonly type: string; readonly data: unknown }): RailAction | null {
  if (!isActionType(type) || !isJsonObject(data)) return null;
  const { by, at, seen_revision } = data;
  if ((by !== null && typeof by !== 'string') || !isTime(at) || !isRevision(seen_revision)) return null;
  const pressed = { by: by === null ? null : readerName(by), at, seen_revision };
  switch (type) {
    case 'rail.handed_over': {
      const { compared, driver_revision } = data;
      if (!hasOnly(data, 'by', 'at', 'seen_revision', 'compared', 'driver_revision')) return null;
      if (!isCompared(compared) || !isRevisionOrNull(driver_revision)) return null;
      return { type, data: { ...pressed, compared, driver_revision } };
    }
    case 'rail.acknowledged': {
      const { what, driver_revision } = data;
      if (!hasOnly(data, 'by', 'at', 'seen_revision', 'what', 'driver_revision')) return null;
      const known = ACKNOWLEDGED.find((one) => one === what);
      if (known === undefined || !isRevisionOrNull(driver_revision)) return null;
      return { type, data: { ...pressed, what: known, driver_revision } };
    }
    case 'rail.undone': {
      const { undone_revision } = data;
      if (!hasOnly(data, 'by', 'at', 'seen_revision', 'undone_revision') || !isRevision(undone_revision)) return null;
      return { type, data: { ...pressed, undone_revision } };
    }
  }
}
