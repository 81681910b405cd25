import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SandboxOrder, SandboxState, SandboxSummary, SetRush, SubmitOrders } from '../../../schemas/sandbox';
import { createAssets, createPages, isBuilt } from '../../screens/page-route';
import { version } from '../../config/version';
import { createPosApp, createSandboxApp } from './app';
import { Autopilot } from '../parties/autopilot';
import { createClock } from '../wire/clock';
import { type Control, createControlRoutes } from './control-route';
import { Dsp } from '../parties/dsp';
import { createDspRoutes, DSP_EVENT_PATH } from './dsp-route';
import { ownPagesOnly } from './guard';
import { HopLog } from '../wire/hop-log';
import { LiveNews } from './live-news';
import { ownMenu, readMenu } from '../stand-in/menu';
import type { OrderLife } from '../stand-in/order-life';
import { Outbox } from '../wire/outbox';
import { Pos } from '../parties/pos';
import { createPosRoutes, POS_PATH } from './pos-route';
import { seeded } from '../wire/random';
import { RushHour, type RushPlan } from '../parties/rush-hour';
import { loadScenario, shippedScenarios } from '../stories/scenario-files';
import { shownUrl } from '../wire/shown-url';
import { ScriptedReports } from '../stand-in/scripted-reports';
import { StreamStandIn } from '../stand-in/stream-stand-in';
import { createStreamRoutes } from './stream-route';
import { Submitter, type OrderRequest } from '../parties/submitter';
import { hint } from '../../terminal/output';

/** Whose stories orders have that come by themselves. */
const USUAL_RUSH = 'lunch-rush';
/** Orders that the page lists. */
const MAX_LISTED_ORDERS = 200;
/** Orders of a rush that may be on their way to Stream at once. */
const MAX_SUBMITTING = 200;
/** Milliseconds that open connections have to end when the sandbox stops. */
const CLOSE_MS = 1_000;

export interface SandboxOptions {
  readonly host: string;
  /** 0: any free one, and for the built-in POS too, which otherwise has the next one. */
  readonly port: number;
  readonly partnerId: string;
  /** Of the POS: null is the built-in one. */
  readonly posUrl: string | null;
  readonly posSecret: string;
  readonly posBearer: string | null;
  /** Of the delivery service: null is the built-in one. */
  readonly dspUrl: string | null;
  readonly dspSecret: string;
  /** Path of a menu; null is the one that comes with the sandbox. */
  readonly menu: string | null;
  /** Seconds of a story in a second. */
  readonly speed: number;
  readonly locations: number;
  /** Orders a minute of a story from the beginning on, at most MAX_ORDERS_PER_MINUTE; null: none but those asked for. */
  readonly ordersPerMinute: number | null;
  readonly seed: number;
  readonly now: () => number;
  readonly monotonic: () => number;
}

export interface RunningSandbox {
  readonly url: string;
  /** Where delivery services tell Stream about orders. */
  readonly orderUrl: string;
  /** Handle Order of the built-in POS. */
  readonly builtinPosUrl: string;
  /** Handle Order of the POS in use, without credentials. */
  readonly posUrl: string;
  readonly dspUrl: string;
  readonly locations: readonly string[];
  stop(): Promise<void>;
}

async function listen(host: string, port: number): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  // An address that stands for all of them is none to call.
  const callable =
    address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '[::1]' : family === 'IPv6' ? `[${address}]` : address;
  return { server, url: `http://${callable}:${String(bound)}` };
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
    }, CLOSE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });

/** Says on standard error what failed while nobody waited for it. */
const complain = (error: unknown): void => {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  hint(`The sandbox failed: ${why}`);
};

const isoOrNull = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

/**
 * Puts the sandbox together and starts it.
 * @throws {MenuError} if the menu cannot be used, {ScenarioError} if a scenario cannot, or what Node says if the address
 *   cannot be listened on.
 */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const { host, port, partnerId, dspSecret, posSecret, posBearer, now, monotonic } = options;
  const menu = readMenu(options.menu ?? ownMenu());
  const scenarios = shippedScenarios();
  const stories = scenarios.filter((scenario) => scenario.kind === 'story');
  const rushes = scenarios.filter((scenario) => scenario.kind === 'rush');
  const usual = loadScenario(USUAL_RUSH);
  const usualStories = usual.kind === 'rush' ? usual.stories : [];
  const main = await listen(host, port);
  const posServer = await listen(host, port === 0 ? 0 : port + 1).catch(async (error: unknown) => {
    await close(main.server);
    throw error;
  });
  const orderUrl = `${main.url}/order/${encodeURIComponent(partnerId)}`;
  const builtinPosUrl = `${posServer.url}${POS_PATH}`;
  const posUrl = options.posUrl ?? builtinPosUrl;
  const dspUrl = options.dspUrl ?? `${main.url}${DSP_EVENT_PATH}`;
  const locations = Array.from({ length: options.locations }, (_, index) => `location-${String(index + 1)}`);
  const runId = now().toString(36);

  const random = seeded(options.seed);
  const clock = createClock(options.speed, now);
  const news = new LiveNews();
  const hops = new HopLog(now, (hop) => {
    news.send('hop', hop);
  });
  const outbox = new Outbox({ clock, random: random.fork(), hops, onError: complain });
  const scriptedReports = new ScriptedReports();
  const dsp = new Dsp({ orderUrl, secret: dspSecret });
  const pos = new Pos({
    secret: posSecret,
    bearer: posBearer,
    locations: new Set(locations),
    random: random.fork(),
    runId,
  });
  const updatedAt = new Map<string, number>();

  const shown = (life: OrderLife): SandboxOrder => ({
    order_id: life.order.id,
    customer_facing_id: life.order.customer_facing_id,
    provider_id: life.providerId,
    location_id: life.locationId,
    fulfillment_type: life.order.fulfillment_type,
    unpaid: life.order.unpaid ?? false,
    state: life.state,
    reason: life.reason,
    status: life.status,
    delivery_status: life.deliveryStatus,
    driver_name: life.driver?.name ?? null,
    story: autopilot.storyOf(life.order.id)?.name ?? null,
    next_step_at: isoOrNull(autopilot.nextStepAt(life.order.id)),
    updated_at: new Date(updatedAt.get(life.order.id) ?? now()).toISOString(),
  });
  const sendOrder = (life: OrderLife): void => {
    news.send('order', shown(life));
  };

  const stream: StreamStandIn = new StreamStandIn({
    menu,
    locations: new Set(locations),
    clock,
    outbox,
    scriptedReports,
    pos: { url: posUrl, secret: posSecret, bearer: posBearer },
    dsp: { url: dspUrl, secret: dspSecret },
    onChange: (life, before) => {
      const { id } = life.order;
      updatedAt.set(id, now());
      if (life.state !== 'submitted') pos.restock(id);
      if (life.state === 'accepted' && before?.state === 'submitted') autopilot.begin(id);
      sendOrder(life);
    },
    onForgotten: (orderId) => {
      autopilot.forget(orderId);
      updatedAt.delete(orderId);
    },
  });
  const autopilot = new Autopilot({
    clock,
    random: random.fork(),
    dsp,
    stream,
    scriptedReports,
    onChange: sendOrder,
    onError: complain,
  });
  const submitter = new Submitter({
    dsp,
    pos,
    stream,
    autopilot,
    menu,
    random: random.fork(),
    stories,
    locations,
    runId,
  });

  let submitting = 0;
  const place = (request: OrderRequest): boolean => {
    if (submitting >= MAX_SUBMITTING) return false;
    submitting++;
    submitter
      .submit(request)
      .finally(() => {
        submitting--;
      })
      .catch(complain);
    return true;
  };
  const rush = new RushHour({
    clock,
    random: random.fork(),
    submit: (story) =>
      place({ story, fulfillmentType: story.fulfillment_type, locationId: random.pick(locations), fault: null }),
    onChange: () => {
      sendState();
    },
  });

  const summary = (): SandboxSummary => ({
    version,
    speed: options.speed,
    partner_id: partnerId,
    locations,
    pos: {
      url: shownUrl(posUrl),
      builtin: options.posUrl === null,
      mode: pos.mode,
      out_of_stock: [...pos.outOfStock],
    },
    dsp: { url: shownUrl(dspUrl), builtin: options.dspUrl === null, mode: dsp.mode },
    stories: stories.map(({ name, summary, fulfillment_type }) => ({ name, summary, fulfillment_type })),
    rushes: rushes.map(({ name, summary }) => ({ name, summary })),
    rush: rush.state,
  });
  const sendState = (): SandboxSummary => {
    const state = summary();
    news.send('state', state);
    return state;
  };
  const endless = (ordersPerMinute: number): RushPlan => ({
    name: null,
    ordersPerMinute,
    orders: null,
    stories: usualStories,
  });

  const control: Control = {
    state: (): SandboxState => ({
      ...summary(),
      orders: stream.list(MAX_LISTED_ORDERS).map(shown),
      hops: hops.list(),
    }),
    submit: async (wanted: SubmitOrders) => {
      const requests: OrderRequest[] = [];
      for (let more = wanted.count; more > 0; more--) {
        const request = submitter.requestOf(wanted);
        if (request === null) return 'There is no such story, or not of this fulfillment_type.';
        requests.push(request);
      }
      return { orders: await Promise.all(requests.map((request) => submitter.submit(request))) };
    },
    order: (orderId) => {
      const life = stream.find(orderId);
      return life === null ? null : shown(life);
    },
    act: (orderId, action) => autopilot.act(orderId, action),
    setPos: ({ mode = pos.mode, out_of_stock }) => {
      pos.mode = mode;
      if (out_of_stock !== undefined) pos.outOfStock = new Set(out_of_stock);
      return sendState();
    },
    setDsp: ({ mode }) => {
      dsp.mode = mode;
      return sendState();
    },
    setRush: ({ rush: name, orders_per_minute }: SetRush) => {
      if (name === null) {
        rush.begin(orders_per_minute === undefined ? null : endless(orders_per_minute));
        return summary();
      }
      if (!rushes.some((known) => known.name === name)) {
        return `There is no rush ${JSON.stringify(name)}. There are: ${rushes.map((known) => known.name).join(', ')}.`;
      }
      const scenario = loadScenario(name);
      if (scenario.kind !== 'rush') return `${JSON.stringify(name)} is a story.`;
      const { orders, orders_per_minute: own } = scenario.rush;
      rush.begin({ name, orders, ordersPerMinute: orders_per_minute ?? own, stories: scenario.stories });
      return summary();
    },
    seen: (orderId) => {
      const life = stream.find(orderId);
      if (life === null) return null;
      return {
        pos: life.providerId === null ? [] : pos.seen.of(life.providerId),
        dsp: dsp.seen.of(orderId),
      };
    },
  };

  const serve = (server: Server, listener: RequestListener): void => {
    server.on('request', listener);
  };
  serve(posServer.server, createPosApp(createPosRoutes(pos, clock)));
  serve(
    main.server,
    createSandboxApp(
      [
        createStreamRoutes({ stream, partnerId, secret: dspSecret, hops, monotonic }),
        ...(options.dspUrl === null ? [createDspRoutes(dsp)] : []),
      ],
      ownPagesOnly(host),
      [
        createControlRoutes(control, news),
        createAssets(),
        ...(isBuilt('sandbox.html') ? [createPages([['/', 'sandbox.html']])] : []),
      ],
    ),
  );
  if (options.ordersPerMinute !== null) rush.begin(endless(options.ordersPerMinute));

  return {
    url: main.url,
    orderUrl,
    builtinPosUrl,
    posUrl: shownUrl(posUrl),
    dspUrl: shownUrl(dspUrl),
    locations,
    stop: async () => {
      clock.stop();
      outbox.close();
      dsp.close();
      news.close();
      await Promise.all([close(main.server), close(posServer.server)]);
    },
  };
}
