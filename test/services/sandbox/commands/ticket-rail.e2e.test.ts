import type { HistoryPage, Order } from '../../../../schemas/api/order-view';
import type { SandboxOrder } from '../../../../schemas/sandbox';
import { shippedStories } from '../../../../services/sandbox/stories/scenario-files';
import { PATIENCE, until } from '../../../support/patience';
import { discard, type RunningService, startService, WEBHOOK_SECRET } from '../../../support/running-service';
import { freePorts } from '../../../support/free-ports';
import { brief, type SandboxProcess, startSandbox, STORIES_MS, sentToPos } from '../support';

/** The sandbox before a real Ticket Rail, which relays new orders to the sandbox's POS. */

const stories = shippedStories();

interface Pair {
  readonly sandbox: SandboxProcess;
  readonly environment: Readonly<Record<string, string>>;
  service: RunningService;
}

async function startPair(speed: number): Promise<Pair> {
  const port = String(await freePorts());
  const posUrl = `http://127.0.0.1:${port}/handle-order`;
  const sandbox = await startSandbox('--speed', String(speed), '--pos-url', posUrl, '--pos-secret', WEBHOOK_SECRET);
  const environment = { PORT: port, RELAY_URL: sandbox.builtinPosUrl ?? '' };
  return { sandbox, environment, service: await startService(environment) };
}

async function endPair({ sandbox, service }: Pair): Promise<void> {
  await sandbox.end('SIGKILL');
  await discard(service);
}

const pathOf = ({ location_id, provider_id }: SandboxOrder): string =>
  `/locations/${location_id}/orders/${provider_id ?? ''}`;

/** What Ticket Rail has on record of an order. */
async function historyOf(service: RunningService, order: SandboxOrder) {
  const { status, json } = await service.get(`${pathOf(order)}/history?limit=1000`);
  if (status !== 200) return [];
  return (json as HistoryPage).events.map(({ type, data }) => brief({ type, object: data }));
}

const submitAll = async (sandbox: SandboxProcess): Promise<Map<string, string>> => {
  const submitted = await Promise.all(
    stories.map(async ({ name }): Promise<[string, string]> => {
      const [order] = await sandbox.submit({ story: name });
      return [name, order?.order_id ?? ''];
    }),
  );
  return new Map(submitted);
};

describe('the sandbox with a real Ticket Rail as POS', () => {
  describe('at full speed', () => {
    let pair: Pair;
    beforeAll(async () => {
      pair = await startPair(3_600);
    });
    afterAll(() => endPair(pair));

    it('every order is accepted by the POS behind Ticket Rail and reported to its end, and both sides know all of it', async () => {
      const { sandbox, service } = pair;
      const orders = await submitAll(sandbox);
      for (const story of stories) {
        const orderId = orders.get(story.name) ?? '';
        const order = await sandbox.orderIn(orderId, 'ended', 'canceled');
        const sent = sentToPos(story);
        const history = await until(
          `the history of ${story.name}`,
          async () => {
            const events = await historyOf(service, order);
            return events.length >= sent.length && events;
          },
          STORIES_MS,
        );
        expect([story.name, history]).toEqual([story.name, sent]);
        const stage = await until(`the stage of ${story.name}`, async () => {
          const now = (await service.get(`${pathOf(order)}?min_revision=${String(sent.length - 1)}`)).json as Order;
          return now.revision === sent.length - 1 && now.stage;
        });
        expect([story.name, stage]).toEqual([story.name, story.ends]);
        const { pos, dsp } = await sandbox.seen(orderId);
        // The POS behind it got the order, with a signature that it checks, and nothing else.
        expect(pos.map(({ type }) => type)).toEqual(['order.created']);
        expect(dsp[0]).toMatchObject({ type: 'location.order.accept', order_id: orderId });
      }
    });

    it('the rejections of the POS are passed on with their reasons', async () => {
      const { sandbox } = pair;
      const [order] = await sandbox.submit({ story: 'pickup', fault: 'out-of-stock' });
      expect((await sandbox.orderIn(order?.order_id ?? '', 'rejected')).reason).toMatch(/^items_unavailable/);
      const [total] = await sandbox.submit({ story: 'pickup', fault: 'wrong-total' });
      expect((await sandbox.orderIn(total?.order_id ?? '', 'rejected')).reason).toMatch(/^order_validation_error/);
    });
  });

  it('nothing is lost while Ticket Rail is killed and restarted', async () => {
    // So slow that the longest stories are under way for six seconds and more: the crash comes in the midst of them.
    const pair = await startPair(400 / PATIENCE);
    try {
      const { sandbox, environment } = pair;
      const orders = await submitAll(sandbox);
      const accepted = new Map<string, SandboxOrder>();
      for (const [name, orderId] of orders) {
        accepted.set(name, await sandbox.orderIn(orderId, 'accepted', 'canceled', 'ended'));
      }
      // On a busy machine those may have ended: others have just begun.
      await submitAll(sandbox);
      await pair.service.end('SIGKILL');
      const failed = (await sandbox.state()).hops.filter(({ error }) => error !== null).length;
      await until('many deliveries to fail', async () => {
        const { hops } = await sandbox.state();
        return hops.filter(({ error }) => error !== null).length > failed + 40;
      });
      pair.service = await startService({ ...environment, DATA_DIR: pair.service.dataDir });
      for (const story of stories) {
        const order = accepted.get(story.name);
        if (order === undefined) throw new Error(`${story.name} was not accepted`);
        const sent = sentToPos(story).map((one) => JSON.stringify(one));
        const history = await until(
          `all of ${story.name} to be on record`,
          async () => {
            const events = (await historyOf(pair.service, order)).map((one) => JSON.stringify(one));
            return sent.every((one) => events.includes(one)) && events;
          },
          STORIES_MS,
        );
        // Late ones come after newer ones: so what was said twice may follow itself, and be a repeat. None is made up.
        expect(history.filter((one) => !sent.includes(one))).toEqual([]);
      }
    } finally {
      await endPair(pair);
    }
  });
});
