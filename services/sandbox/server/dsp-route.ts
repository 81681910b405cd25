import express, { Router } from 'express';
import { takesOnly } from '../../http/problem';
import type { Dsp } from '../parties/dsp';
import { DSP_SIGNATURE } from '../wire/signing';

/** Most bytes of what Stream sends a delivery service. */
const MAX_EVENT_BYTES = 65_536;

/** Where the built-in delivery service takes what Stream sends it: the documented path. */
export const DSP_EVENT_PATH = '/stream-dsp/v1/event';

export function createDspRoutes(dsp: Dsp): Router {
  const router = Router();
  router.post(DSP_EVENT_PATH, express.raw({ type: () => true, limit: MAX_EVENT_BYTES }), (request, response) => {
    if (dsp.mode === 'down') {
      request.socket.destroy();
      return;
    }
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    response.status(dsp.receive(body, request.get(DSP_SIGNATURE))).json({});
  });
  router.all(DSP_EVENT_PATH, takesOnly('POST'));
  return router;
}
