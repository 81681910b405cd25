import { type AddressInfo, createServer, type Socket } from 'node:net';
import { orderKey } from '../../../../schemas/order-key';
import { checkTarget } from '../../../../services/sandbox/runner/checks';
import { TargetError, TargetReader } from '../../../../services/sandbox/runner/read-target';
import { until } from '../../../support/patience';
import { listen, make } from '../playing';

describe('reading a target', () => {
  it('closing a target ends every read, including those that would be tried again', async () => {
    let reads = 0;
    const { url, close } = await listen((_, response) => {
      reads++;
      response.writeHead(503).end();
    });
    const target = new TargetReader(new URL(url), null, 4, new AbortController().signal);
    const keys = [1, 2, 3].map((order) => orderKey('location', String(order)));
    const reading = Promise.allSettled(keys.map((key) => target.order(key)));
    await until('every read', () => reads >= keys.length);
    target.close();
    expect((await reading).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(target.order(orderKey('location', 'later'))).rejects.toThrow(TargetError);
    await close();
  });

  it('a check fails at the first read that fails, and reads nothing more once the target is closed', async () => {
    let reads = 0;
    const { url, close } = await listen((_, response) => {
      reads++;
      response.writeHead(500).end();
    });
    const { orders } = make({ scenario: 'quiet-evening', orders: 100, faults: [] });
    const target = new TargetReader(new URL(url), null, 1, new AbortController().signal);
    await expect(checkTarget(target, orders, [], () => undefined)).rejects.toThrow('500');
    target.close();
    await close();
    expect(reads).toBeLessThan(orders.length);
  });

  it('a target that answers with another protocol is reported as not reachable, not as a foreign service', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      socket.once('data', () => socket.write('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: y\r\n\r\n'));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const target = new TargetReader(new URL(url), null, 1, new AbortController().signal);
    expect(await target.readable()).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('no answer') as string,
    });
    target.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('pages that lead to themselves are refused', async () => {
    const { url, close } = await listen((_, response) => {
      response.end(JSON.stringify({ events: [], next: '5' }));
    });
    const target = new TargetReader(new URL(url), null, 1, new AbortController().signal);
    await expect(target.history(orderKey('location', '1'))).rejects.toThrow('do not go on');
    target.close();
    await close();
  });
});
