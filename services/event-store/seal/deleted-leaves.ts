import type { OrderDeletedData } from '../../../schemas/events/event-data';
import { isJsonObject } from '../../../schemas/json/json-object';
import { ORDER_DELETED, RETENTION_STREAM } from '../../../schemas/events/order-events';
import { comparePositions, type EventSource, type Position } from '../event-store';

/** An event that retention deleted, as far as it still counts for the hash of the log. */
export interface DeletedLeaf {
  readonly position: Position;
  readonly leaf: string;
}

const LEAF = /^[0-9a-f]{64}$/;

function isLeaf(value: unknown): value is OrderDeletedData['leaves'][number] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [position, leaf] = value as readonly unknown[];
  return typeof position === 'string' && /^\d+$/.test(position) && typeof leaf === 'string' && LEAF.test(leaf);
}

/** @returns what a note says as {@link OrderDeletedData}, whose schema the threads that read notes do not load. */
function leavesIn(note: unknown): OrderDeletedData['leaves'] {
  if (!isJsonObject(note) || typeof note['stream'] !== 'string' || !Array.isArray(note['leaves'])) return [];
  return note['leaves'].every(isLeaf) ? note['leaves'] : [];
}

/** Gives back the leaves of what retention deleted, in the order of the log, to be put where they stood. */
export class DeletedLeaves {
  #next = 0;

  readonly #leaves: readonly DeletedLeaf[];

  /**
   * @param leaves in the order of the log
   * @param first leaf of what was deleted where they begin, if it was
   */
  private constructor(
    leaves: readonly DeletedLeaf[],
    readonly first: string | null,
  ) {
    this.#leaves = leaves;
  }

  /**
   * Reads what retention noted: some 100 bytes for each event. A note always comes after what it is about.
   * @param after give only what is after this position, and the leaf at it as `first`; null for everything
   */
  static async read(source: Pick<EventSource, 'readAll'>, after: Position | null): Promise<DeletedLeaves> {
    const leaves = new Map<Position, string>();
    for await (const { stream, type, data } of source.readAll({ from: after ?? 'start', prefix: RETENTION_STREAM })) {
      if (stream !== RETENTION_STREAM || type !== ORDER_DELETED) continue;
      for (const [position, leaf] of leavesIn(data)) {
        if (after === null || comparePositions(position, after) >= 0) leaves.set(position, leaf);
      }
    }
    const first = after === null ? null : (leaves.get(after) ?? null);
    if (after !== null) leaves.delete(after);
    const inOrder = [...leaves]
      .map(([position, leaf]) => ({ position, leaf }))
      .sort((a, b) => comparePositions(a.position, b.position));
    return new DeletedLeaves(inOrder, first);
  }

  /** @returns what stood before a position and was not given yet; at the position itself there is an event after all. */
  *before(position: Position): Generator<DeletedLeaf, void, undefined> {
    for (;;) {
      const next = this.#leaves[this.#next];
      if (next === undefined || comparePositions(next.position, position) > 0) return;
      this.#next++;
      if (next.position !== position) yield next;
    }
  }
}
