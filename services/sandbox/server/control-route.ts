import express, { type Request, type RequestHandler, type Router } from 'express';
import type { z } from 'zod';
import {
  OrderAction,
  type SandboxOrder,
  type SandboxState,
  type SandboxSummary,
  SetDsp,
  SetPos,
  SetRush,
  type Submitted,
  SubmitOrders,
} from '../../../schemas/sandbox';
import { beginStream } from '../../http/event-stream';
import { createRoutes, type Methods } from '../../http/methods';
import { Problem, PROBLEM_MEDIA_TYPE } from '../../http/problem';
import type { Acted } from '../parties/autopilot';
import { pointerOf } from '../../../schemas/json/json-pointer';
import type { LiveNews } from './live-news';

/** What the page reads and does. */
export interface Control {
  state(): SandboxState;
  /** @returns what Stream answered to each order, or what cannot be done, in a sentence. */
  submit(request: SubmitOrders): Promise<Submitted | string>;
  /** @returns null if there is no such order. */
  order(orderId: string): SandboxOrder | null;
  act(orderId: string, action: OrderAction): Promise<Acted>;
  setPos(change: z.infer<typeof SetPos>): SandboxSummary;
  setDsp(change: z.infer<typeof SetDsp>): SandboxSummary;
  /** @returns what cannot be done, in a sentence. */
  setRush(change: SetRush): SandboxSummary | string;
  /**
   * Returns what the built-in parties were sent about an order, each in the order in which it came; null: there is
   * none.
   */
  seen(orderId: string): { readonly pos: readonly unknown[]; readonly dsp: readonly unknown[] } | null;
}

/** Lets only JSON pass, by its media type: a form of another page cannot send that. */
const onlyJson: RequestHandler = (request, _response, next) => {
  if (request.is('application/json') === 'application/json') next();
  else next(new Problem('unsupported-media-type', 'Send application/json.'));
};

/** @throws {Problem} with what is wrong and where. */
function bodyOf<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${pointerOf(path)}: ${message}`);
  throw new Problem('invalid-parameter', faults.join('; '));
}

const orThrow = <Value extends object>(value: Value | string): Value => {
  if (typeof value === 'string') throw new Problem('invalid-parameter', value);
  return value;
};
const noSuchOrder = (): Problem => new Problem('not-found', 'There is no such order, or not any more.');

/** @returns the order that the path of a call names. */
const orderIdIn = ({ params }: Request): string => String(params['order_id']);

/** Creates the routes that the sandbox's page uses (schemas/sandbox.ts). */
export function createControlRoutes(control: Control, news: LiveNews): Router {
  const json = express.json();
  const posted = (answer: RequestHandler): Methods => ({ post: [onlyJson, json, answer] });

  return createRoutes({
    '/sandbox/state': {
      get: (_request, response) => {
        response.set('Cache-Control', 'no-store').json(control.state());
      },
    },

    '/sandbox/events': {
      get: (request, response) => {
        const client = beginStream(request, response);
        if (client === null) return;
        const leave = news.watch(client);
        if (leave === null) throw new Problem('too-many-screens', 'Too many pages are watching already. Close some.');
        response.once('close', leave);
      },
    },

    '/sandbox/orders': posted(async (request, response) => {
      response.json(orThrow(await control.submit(bodyOf(SubmitOrders, request))));
    }),

    '/sandbox/orders/:order_id/seen': {
      get: (request, response) => {
        const seen = control.seen(orderIdIn(request));
        if (seen === null) throw noSuchOrder();
        response.set('Cache-Control', 'no-store').json(seen);
      },
    },

    '/sandbox/orders/:order_id/actions': posted(async (request, response) => {
      const orderId = orderIdIn(request);
      const { action } = bodyOf(OrderAction, request);
      if (control.order(orderId) === null) throw noSuchOrder();
      const acted = await control.act(orderId, action);
      if (acted.kind === 'impossible') {
        response
          .status(409)
          .type(PROBLEM_MEDIA_TYPE)
          .json({ title: 'The order does not allow this now', status: 409, detail: acted.why });
        return;
      }
      response.json(control.order(orderId));
    }),

    '/sandbox/pos': posted((request, response) => {
      response.json(control.setPos(bodyOf(SetPos, request)));
    }),
    '/sandbox/dsp': posted((request, response) => {
      response.json(control.setDsp(bodyOf(SetDsp, request)));
    }),
    '/sandbox/rush': posted((request, response) => {
      response.json(orThrow(control.setRush(bodyOf(SetRush, request))));
    }),
  });
}
