import type { RequestListener, Server } from 'node:http';
import { createAssets, createPages, isBuilt } from '../../screens/page-route';
import { version } from '../../config/version';
import { createPosApp, createSandboxApp } from './app';
import { createControlRoutes } from './control-route';
import { createDspRoutes, DSP_EVENT_PATH } from './dsp-route';
import { ownPagesOnly } from './guard';
import { close, listen } from './listen';
import { LiveNews } from './live-news';
import { ownMenu, readMenu } from '../stand-in/menu';
import { Parties } from './parties';
import { createPosRoutes, POS_PATH } from './pos-route';
import { SandboxControl } from './sandbox-control';
import { shippedScenarios } from '../stories/scenario-files';
import { shownUrl } from '../wire/shown-url';
import { createStreamRoutes } from './stream-route';

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
  /** Where delivery services send Stream their messages about orders. */
  readonly orderUrl: string;
  /** Handle Order of the built-in POS. */
  readonly builtinPosUrl: string;
  /** Handle Order of the POS in use, without credentials. */
  readonly posUrl: string;
  readonly dspUrl: string;
  readonly locations: readonly string[];
  stop(): Promise<void>;
}

/**
 * Puts the sandbox together and starts it.
 * @throws {MenuError} if the menu cannot be used, {ScenarioError} if a scenario cannot, or what Node says if the address
 *   cannot be listened on.
 */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const { host, port, partnerId, dspSecret, posSecret, posBearer, speed, seed, now, monotonic } = options;
  const menu = readMenu(options.menu ?? ownMenu());
  const scenarios = shippedScenarios();
  const stories = scenarios.filter((scenario) => scenario.kind === 'story');
  const batches = scenarios.filter((scenario) => scenario.kind === 'batch');
  const rushes = scenarios.filter((scenario) => scenario.kind === 'rush');
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

  const news = new LiveNews();
  const parties = new Parties({
    ...{ menu, stories, batches, locations, orderUrl, speed, seed, now, news },
    pos: { url: posUrl, secret: posSecret, bearer: posBearer },
    dsp: { url: dspUrl, secret: dspSecret },
    onRush: () => {
      control.sendState();
    },
  });
  const facts = {
    version,
    speed,
    partner_id: partnerId,
    locations,
    pos: { url: shownUrl(posUrl), builtin: options.posUrl === null },
    dsp: { url: shownUrl(dspUrl), builtin: options.dspUrl === null },
    stories: [...stories, ...batches].map(({ name, summary, fulfillment_type }) => ({
      name,
      summary,
      fulfillment_type,
    })),
    rushes: rushes.map(({ name, summary }) => ({ name, summary })),
  };
  const control = new SandboxControl(facts, parties, news);
  const { stream, hops, pos, dsp, clock } = parties;
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
  if (options.ordersPerMinute !== null) control.beginEndless(options.ordersPerMinute);

  return {
    url: main.url,
    orderUrl,
    builtinPosUrl,
    posUrl: facts.pos.url,
    dspUrl: facts.dsp.url,
    locations,
    stop: async () => {
      parties.close();
      news.close();
      await Promise.all([close(main.server), close(posServer.server)]);
    },
  };
}

const serve = (server: Server, listener: RequestListener): void => {
  server.on('request', listener);
};
