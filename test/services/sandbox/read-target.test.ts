import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkTarget } from '../../../services/sandbox/checks';
import { TargetError, TargetReader } from '../../../services/sandbox/read-target';
import { make } from './playing';

describe('reading a target', () => {
  it('ends every read when it is closed, those that would be tried again too', async () => {
    let reads = 0;
    const server = createServer((_, response) => {
      reads++;
      response.writeHead(503).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    const target = new TargetReader(url, null, 4, new AbortController().signal);
    const keys = [1, 2, 3].map((order) => ({ location_id: 'location', order_id: String(order) }));
    const reading = Promise.allSettled(keys.map((key) => target.order(key)));
    while (reads < keys.length) await new Promise((next) => setTimeout(next, 5));
    target.close();
    expect((await reading).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(target.order({ location_id: 'location', order_id: 'later' })).rejects.toThrow(TargetError);
    await new Promise((closed) => server.close(closed));
  });

  it('gives a check up at the first read that fails, and reads no more once the target is closed', async () => {
    let reads = 0;
    const server = createServer((_, response) => {
      reads++;
      response.writeHead(500).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    const { orders } = make({ scenario: 'quiet-evening', orders: 100, faults: [] });
    const target = new TargetReader(url, null, 1, new AbortController().signal);
    await expect(checkTarget(target, orders, [], () => undefined)).rejects.toThrow('500');
    target.close();
    await new Promise((closed) => server.close(closed));
    expect(reads).toBeLessThan(orders.length);
  });
});
