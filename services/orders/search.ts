import { attentionOf } from '../../projections/attention';
import { type OrderState, toOrder } from '../../projections/order';
import type { Label } from '../../schemas/label';
import { type AttentionCode, type Stage, type Verdict, wordOf } from '../../schemas/vocabulary';
import type { ShowOrder } from '../labels/labels';
import type { OrderFilter } from '../read-model/order-table/filter';
import type { ListedOrders, OrderTableReader } from '../read-model/order-table/reader';
import type { OrderRecord } from '../read-model/order-table/schema';
import { lookThrough } from './look-through';
import type { OrderHistory } from './history';

/** Finds orders by what is known of them now, and by how any of their events was read. */

/** What is looked for; what is left out is any. Texts are compared without regard to case. */
export interface OrderQuery {
  /** A part of the order id. */
  readonly orderId?: string | undefined;
  /** A part of what the order is called where it is handed over. */
  readonly label?: string | undefined;
  /** A part of the name of the last driver heard of. */
  readonly driver?: string | undefined;
  /** The whole source of the last driver heard of. */
  readonly source?: string | undefined;
  /** In any spelling that is read as the same. */
  readonly status?: string | undefined;
  readonly stage?: Stage | undefined;
  readonly attention?: AttentionCode | undefined;
  /** At least one event was read so. */
  readonly verdict?: Verdict | undefined;
  /** RFC 3339, UTC, milliseconds: there was news then or later. */
  readonly from?: string | undefined;
  /** The same: there was news before then. */
  readonly to?: string | undefined;
}

export interface OrderSearch {
  /**
   * @param locations where to look; null for all
   * @param page `seesName`: customers' names may be looked for
   * @returns the orders as they are now, as they first came. A page may be short, or empty, and have a `next`.
   * @throws {ReadModelError} {@link EventStoreError}
   */
  find(
    locations: readonly string[] | null,
    query: OrderQuery,
    page: { readonly limit: number; readonly after: number; readonly seesName?: boolean },
  ): Promise<ListedOrders>;
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase().trim();

/** @returns the words of a label that a reader may look for. */
const wordsOf = ({ number, name, source, brand }: Label, seesName: boolean): readonly (string | undefined)[] => [
  number,
  seesName ? name : undefined,
  source,
  brand,
];

/** @returns whether an order is what a query looks for, as far as its current state shows, and its label. */
export function matches(
  { key, state }: OrderRecord,
  query: OrderQuery,
  called: { readonly label: Label | undefined; readonly seesName: boolean } = { label: undefined, seesName: false },
): boolean {
  const { orderId, label, driver, source, attention } = query;
  const isIn = (part: string | undefined, text: unknown): boolean =>
    part === undefined || (typeof text === 'string' && folded(text).includes(folded(part)));
  return (
    isIn(orderId, key.order_id) &&
    (label === undefined || wordsOf(called.label ?? {}, called.seesName).some((word) => isIn(label, word))) &&
    isIn(driver, state.driver?.name) &&
    (source === undefined || isSource(state, source)) &&
    (attention === undefined || attentionOf(state).includes(attention))
  );
}

const isSource = ({ driver }: OrderState, source: string): boolean =>
  typeof driver?.source === 'string' && folded(driver.source) === folded(source);

export function createOrderSearch({
  orders,
  history,
  show = toOrder,
}: {
  readonly orders: Pick<OrderTableReader, 'slice'>;
  readonly history: Pick<OrderHistory, 'hasVerdict'>;
  /** Gives an order its label; default: none has one. */
  readonly show?: ShowOrder;
}): OrderSearch {
  const labelOf = ({ key, state }: OrderRecord): Label | undefined => show(key, state)?.label;

  return {
    find: (locations, query, { limit, after, seesName = false }) => {
      const { verdict, stage, status, from, to } = query;
      const filter: OrderFilter = {
        locations,
        ...(stage === undefined ? {} : { stage }),
        ...(status === undefined ? {} : { status: wordOf(status) ?? status }),
        ...(from === undefined ? {} : { updatedFrom: from }),
        ...(to === undefined ? {} : { begunBefore: to }),
      };
      return lookThrough({
        orders,
        filter,
        limit,
        after,
        isCandidate: (record) =>
          query.label === undefined
            ? matches(record, query)
            : matches(record, query, { label: labelOf(record), seesName }),
        replay:
          verdict === undefined
            ? null
            : async (record) => ((await history.hasVerdict(record.key, verdict)) ? record : null),
      });
    },
  };
}
