import type { ActionRequest } from '../../../../../../schemas/api/actions';
import type { Order } from '../../../../../../schemas/api/order-view';
import type { Compared } from '../../../../../../schemas/events/rail-actions';
import { isJsonObject } from '../../../../../../schemas/json/json-object';
import type { Stage } from '../../../../../../schemas/vocabulary';
import { say } from '../../../shared/model/say';
import { clockWords, type HourCycle } from '../../../shared/model/words';
import { passcodeOf, textOf } from './handoff';

/** What was pressed on this screen and is not recorded yet: it waits, also over a reload, until it has arrived. */
export interface Press {
  /** Under which it is recorded once, however often it is sent. */
  readonly key: string;
  readonly orderId: string;
  readonly request: ActionRequest;
}

/** Most presses that a screen keeps for one location; more cannot be pressed until some have arrived. */
export const MOST_PRESSES = 300;

export const withPress = (presses: readonly Press[], press: Press): readonly Press[] =>
  presses.length >= MOST_PRESSES || presses.some(({ key }) => key === press.key) ? presses : [...presses, press];

export const withoutPress = (presses: readonly Press[], key: string): readonly Press[] =>
  presses.filter((one) => one.key !== key);

const isPress = (value: unknown): value is Press => {
  const { key, orderId, request } = (value ?? {}) as Partial<Record<keyof Press, unknown>>; // each is looked at
  return typeof key === 'string' && typeof orderId === 'string' && isJsonObject(request);
};

/** Reads what {@link JSON.stringify} wrote of presses; anything else is none. */
export function parsePresses(text: string | null): readonly Press[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter(isPress).slice(0, MOST_PRESSES) : [];
  } catch {
    return [];
  }
}

/** Stages at which food may be handed over. */
const HANDED_OVER_AT: ReadonlySet<Stage> = new Set<Stage>([
  'preparing',
  'ready',
  'driver_here',
  'on_the_way',
  'needs_action',
]);

/** @returns what of the driver a card shows, that people may compare with what the driver says or shows */
export function comparableOn(order: Pick<Order, 'stage' | 'driver_details'>): readonly Compared[] {
  const { driver_details: driver } = order;
  return [
    ...(passcodeOf(order) === null ? [] : (['passcode'] as const)),
    ...(textOf(driver?.vehicle_info?.license_plate) === null ? [] : (['plate'] as const)),
    'number',
    ...(textOf(driver?.name) === null ? [] : (['name'] as const)),
  ];
}

/** A handover as tile and card show it. */
export interface ShownHandover {
  /** `Handed over 12:04 · counter 2`. */
  readonly words: string;
  /** It is not recorded yet. */
  readonly waits: boolean;
  /** False where a press may have arrived with its answer lost, until that is known. */
  readonly canUndo: boolean;
}

const lastPressOf = (order: Order, presses: readonly Press[]): Press | undefined =>
  presses.filter(({ orderId, request }) => orderId === order.order_id && request.type !== 'acknowledged').at(-1);

/** @returns whether an order is handed over; null if it is not. Boards ask it of all orders each second */
export function handoverStateOf(order: Order, presses: readonly Press[]): Pick<ShownHandover, 'waits'> | null {
  const type = lastPressOf(order, presses)?.request.type;
  if (type === 'handed_over') return { waits: true };
  return order.handed_over === null || type === 'undone' ? null : { waits: false };
}

/**
 * @param unsent keys of the presses that were never sent, so that they cannot have arrived
 * @returns the handover of an order, recorded or waiting on this screen; null if there is none
 */
export function handoverOf(
  order: Order,
  presses: readonly Press[],
  unsent: ReadonlySet<string>,
  cycle: HourCycle,
): ShownHandover | null {
  const press = lastPressOf(order, presses);
  if (press?.request.type === 'handed_over') {
    const words = say('handover.waits', { time: clockWords(press.request.at, cycle) });
    return { words, waits: true, canUndo: unsent.has(press.key) };
  }
  const { handed_over } = order;
  if (handed_over === null || press?.request.type === 'undone') return null;
  const { by } = handed_over;
  const time = clockWords(handed_over.at, cycle);
  const words = by === null ? say('handover.done', { time }) : say('handover.done_by', { time, by });
  return { words, waits: false, canUndo: true };
}

/** @returns whether the food of an order is here, or may be */
export const isFoodHere = ({ stage }: Pick<Order, 'stage'>): boolean => HANDED_OVER_AT.has(stage);

/** @returns whether somebody may say that an order is handed over: it is here or may be, and not with this driver yet */
export const canHandOver = (order: Order, handover: Pick<ShownHandover, 'waits'> | null): boolean =>
  isFoodHere(order) && (handover === null || (!handover.waits && order.attention.includes('handed_over_to_another')));
