import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type Request, type Response } from 'express';
import { type OrderKey } from '../../schemas/handle-order';
import { BENCH_SECRET } from './deliveries';

/** A parsed delivery, as far as a peer looks at it. */
export interface PeerDelivery {
  readonly type: string;
  readonly object: OrderKey;
}

/**
 * What anyone would write for this webhook with Express 5: raw body, HMAC, JSON.parse, `record`, 200. Both peers are
 * this, so that they differ in nothing but what they store.
 */
export function servePeer(record: (delivery: PeerDelivery) => void): void {
  const app = express();
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
    record(JSON.parse(body.toString('utf8')) as PeerDelivery);
    response.status(200).json({ outcome: 'recorded' });
  });
  app.listen(Number(process.env['PORT']), '127.0.0.1');
  process.once('SIGTERM', () => process.exit(0));
}
