import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type Request, type Response } from 'express';
import type { OrderKey } from '../../schemas/order-key';
import { BENCH_SECRET } from './deliveries';

/** A parsed delivery, as far as a peer looks at it. */
export interface PeerDelivery {
  readonly type: string;
  readonly object: OrderKey;
}

/**
 * What anyone would write for this webhook with Express 5: raw body, HMAC, JSON.parse, `record`, 200, and pass what came
 * on to who watches its location. Both peers are this, so that they differ in nothing but what they store.
 */
export function servePeer(record: (delivery: PeerDelivery) => void): void {
  const app = express();
  const watchers = new Map<string, Set<Response>>();
  app.get('/readyz', (_request: Request, response: Response) => {
    response.json({ ready: true });
  });
  app.post('/handle-order', express.raw({ type: '*/*' }), (request: Request, response: Response) => {
    const body = request.body as Buffer;
    const expected = createHmac('sha256', BENCH_SECRET).update(body).digest();
    const given = Buffer.from(request.get('x-stream-signature') ?? '', 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      response.status(401).json({ title: 'not authentic' });
      return;
    }
    const delivery = JSON.parse(body.toString('utf8')) as PeerDelivery;
    record(delivery);
    const message = `event: order\ndata: ${JSON.stringify(delivery.object)}\n\n`;
    for (const watcher of watchers.get(delivery.object.location_id) ?? []) watcher.write(message);
    response.status(200).json({ outcome: 'recorded' });
  });
  app.get('/locations/:location_id/live', (request: Request<{ location_id: string }>, response: Response) => {
    const { location_id } = request.params;
    const here = watchers.get(location_id) ?? new Set();
    watchers.set(location_id, here.add(response));
    response.once('close', () => here.delete(response));
    response.type('text/event-stream').flushHeaders();
  });
  app.listen(Number(process.env['PORT']), '127.0.0.1');
  process.once('SIGTERM', () => process.exit(0));
}
