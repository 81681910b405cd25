import express, { type Request, type Response, type Router } from 'express';
import { createRoutes } from '../../http/methods';
import type { Dsp } from '../parties/dsp';
import { DSP_SIGNATURE } from '../wire/signing';

/** Most bytes of what Stream sends a delivery service. */
const MAX_EVENT_BYTES = 65_536;

/** Where the built-in delivery service takes what Stream sends it: the documented path. */
export const DSP_EVENT_PATH = '/stream-dsp/v1/event';

export function createDspRoutes(dsp: Dsp): Router {
  const answer = (request: Request, response: Response): void => {
    if (dsp.mode === 'down') {
      request.socket.destroy();
      return;
    }
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    response.status(dsp.receive(body, request.get(DSP_SIGNATURE))).json({});
  };
  return createRoutes({
    [DSP_EVENT_PATH]: { post: [express.raw({ type: () => true, limit: MAX_EVENT_BYTES }), answer] },
  });
}
