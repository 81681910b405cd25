import type { OrderFault, Submitted, SubmitOrders } from '../../../schemas/sandbox';
import type { Batch, FulfillmentType, Story } from '../../../schemas/files/scenario';
import type { Autopilot } from './autopilot';
import { type Dsp, newOrder } from './dsp';
import type { Menu } from '../stand-in/menu';
import { withoutFault, withFault } from './order-faults';
import { makeOrder } from './order-maker';
import type { Pos } from './pos';
import { type Drivers, driversFor } from '../stories/drivers';
import { storiesOf } from '../stories/scenario-files';
import type { Random } from '../wire/random';
import type { StreamStandIn } from '../stand-in/stream-stand-in';

/** Characters of what customer and counter call an order: none that are mixed up. */
const FACING = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'.split('');
const FACING_LENGTH = 4;

/** One order that is to be placed. */
export interface OrderRequest {
  readonly story: Story | null;
  /** Those of its batch; null: it has drivers of its own. */
  readonly drivers: Drivers | null;
  readonly fulfillmentType: FulfillmentType;
  readonly locationId: string;
  readonly fault: OrderFault | null;
}

interface SubmitterOptions {
  readonly dsp: Dsp;
  readonly pos: Pos;
  readonly stream: StreamStandIn;
  readonly autopilot: Autopilot;
  readonly menu: Menu;
  readonly random: Random;
  readonly stories: readonly Story[];
  readonly batches: readonly Batch[];
  readonly locations: readonly string[];
  /** Begins the ids of orders, so that those of two runs do not meet. */
  readonly runId: string;
}

/** Orders of the built-in delivery service: makes them up, and submits them with the story that they will have. */
export class Submitter {
  #next = 1;

  readonly #options: SubmitterOptions;

  constructor(options: SubmitterOptions) {
    this.#options = options;
  }

  /**
   * Returns what is asked for once, the rest left to chance: an order, or all of a batch; null if there is no such story.
   */
  requestsOf({ story: name, fulfillment_type, location_id, fault }: SubmitOrders): readonly OrderRequest[] | null {
    const { stories, batches, locations, random } = this.#options;
    const batch = batches.find((one) => one.name === name);
    if (batch !== undefined) {
      const { fulfillment_type: fulfillmentType } = batch;
      if (fulfillment_type !== undefined && fulfillment_type !== fulfillmentType) return null;
      const locationId = location_id ?? random.pick(locations);
      const drivers = driversFor(random);
      return storiesOf(batch).map((story) => ({ story, drivers, fulfillmentType, locationId, fault: fault ?? null }));
    }
    const fitting = stories.filter(
      (story) =>
        (name === undefined || story.name === name) &&
        (fulfillment_type === undefined || story.fulfillment_type === fulfillment_type),
    );
    if (name !== undefined && fitting.length === 0) return null;
    const story = fitting.length === 0 ? null : random.pick(fitting);
    return [
      {
        story,
        drivers: null,
        fulfillmentType: fulfillment_type ?? story?.fulfillment_type ?? 'delivery',
        locationId: location_id ?? random.pick(locations),
        fault: fault ?? null,
      },
    ];
  }

  /** Submits an order to Stream over HTTP. @returns what Stream answered */
  async submit({
    story,
    drivers,
    fulfillmentType,
    locationId,
    fault,
  }: OrderRequest): Promise<Submitted['orders'][number]> {
    const { dsp, pos, stream, autopilot, menu, random, runId } = this.#options;
    const orderId = `dsp-${runId}-${String(this.#next++)}`;
    const order = makeOrder({
      id: orderId,
      customerFacingId: Array.from({ length: FACING_LENGTH }, () => random.pick(FACING)).join(''),
      fulfillmentType,
      unpaid: story?.unpaid ?? false,
      menu,
      random,
    });
    const message = newOrder(locationId, order);
    const submission = fault === null ? withoutFault(message) : withFault(message, fault, menu);
    if (submission.soldOut !== null) pos.sellOut(orderId, submission.soldOut);
    if (story !== null) autopilot.assign(orderId, story, drivers);
    const exchange = await dsp.submit(submission);
    // Whether Stream has the order counts, not its answer: that may be lost, or be of a repeat that came at a bad time.
    if (stream.find(orderId) === null) {
      autopilot.forget(orderId);
      pos.restock(orderId);
    }
    if (exchange.kind === 'no-answer') return { order_id: orderId, status: null, answer: exchange.reason };
    return { order_id: orderId, status: exchange.status, answer: parsed(exchange.body) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
