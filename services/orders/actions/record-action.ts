import type { OrderState } from '../../../projections/order/order';
import type { OrderEventMetadata } from '../../../schemas/events/event-data';
import type { EventId } from '../../../schemas/events/event-id';
import { orderStream, SCHEMA_VERSION } from '../../../schemas/events/order-events';
import type { OrderKey } from '../../../schemas/order-key';
import type { StreamName } from '../../../schemas/events/stream-name';
import { KeyedQueue } from '../../concurrency/keyed-queue';
import { sleep } from '../../concurrency/sleep';
import { nextTurn } from '../../concurrency/turns';
import type { EventStore, Position } from '../../event-store/event-store';
import { readIfThere, readOne } from '../../event-store/reads';
import { actionEventId, contentHash, sealEvent } from '../../event-store/seal/seal';
import { MAX_CONFLICTS, type NotStored, notStored, OUTRUN, REREAD_MS } from '../../handle-order/record/record-update';
import {
  type ActionDecision,
  decideAction,
  isSamePress,
  nothingReadYet,
  type Outdated,
  type RequestedAction,
  knownAfter,
} from './decide-action';

/**
 * Puts on an order's rail what people did with it. It is rare, unlike a delivery: so the whole stream is read and folded,
 * and the answer rests on nothing else.
 */

/** What is known of a press besides its content. */
export interface ActionReceipt {
  /** Under which it is found again; one for each press. */
  readonly idempotencyKey: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly receivedAt: string;
  /** Of the body as it came, in hex. */
  readonly bodySha256: string;
  /** UUID. */
  readonly requestId: string;
}

export type ActionOutcome =
  | { readonly kind: 'recorded'; readonly revision: number; readonly position: Position }
  | { readonly kind: 'outdated'; readonly because: Outdated; readonly now: OrderState }
  | Exclude<ActionDecision, { readonly kind: 'append' | 'outdated' }>
  | NotStored;

export type RecordAction = (key: OrderKey, press: RequestedAction, receipt: ActionReceipt) => Promise<ActionOutcome>;

type Store = Pick<EventStore, 'readStream' | 'append'>;

async function readAll(store: Store, stream: StreamName, { request }: RequestedAction, id: EventId) {
  await nextTurn();
  let read = nothingReadYet;
  for await (const stored of readIfThere(store, stream)) read = knownAfter(read, stored, request.revision, id);
  return read;
}

/** Appends an action after exactly the events that it was decided on; on a conflict, it is decided anew. */
async function decideAndAppend(
  store: Store,
  stream: StreamName,
  press: RequestedAction,
  receipt: ActionReceipt,
): Promise<ActionOutcome> {
  const id = actionEventId(stream, receipt.idempotencyKey);
  for (let conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts++) {
    if (conflicts > 0) await sleep(REREAD_MS);
    const read = await readAll(store, stream, press, id);
    const decision = decideAction(read, press);
    // A member of a cluster may be behind the one that the screen was shown by.
    const mayBeBehind = decision.kind === 'no_order' || decision.kind === 'no_such_revision';
    if (mayBeBehind && conflicts < MAX_CONFLICTS) continue;
    if (decision.kind !== 'append') return decision;
    const { type, data } = decision.action;
    const hash = contentHash({ type, object: data });
    const metadata = {
      schema_version: SCHEMA_VERSION,
      received_at: receipt.receivedAt,
      content_hash: hash,
      body_sha256: receipt.bodySha256,
      signed_with: null,
      request_id: receipt.requestId,
    } satisfies OrderEventMetadata;
    const event = sealEvent(stream, { id, type, data: { ...data }, metadata }, read.newest?.eventHash ?? null);
    const result = await store.append(stream, [event], decision.expected);
    if (result.kind === 'conflict') continue;
    // A store takes an id at the same place for a repeat, whatever the event says: another press may have had the key.
    const stored = await readOne(store, stream, { from: result.revision });
    if (stored?.revision === result.revision && !isSamePress(stored, press)) return { kind: 'key_reused' };
    return { kind: 'recorded', revision: result.revision, position: result.position };
  }
  return OUTRUN;
}

/** @param store where facts are kept */
export function createActionRecorder(store: Store): RecordAction {
  /** One action per order at a time: they would only come in each other's way. */
  const turns = new KeyedQueue();
  return (key, press, receipt) => {
    const stream = orderStream(key);
    return turns.run(stream, async () => {
      try {
        return await decideAndAppend(store, stream, press, receipt);
      } catch (error) {
        return notStored(error);
      }
    });
  };
}
