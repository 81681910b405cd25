import express, { type Request, type Response, type Router } from 'express';
import { createRoutes } from '../../http/methods';
import type { Clock } from '../wire/clock';
import type { Pos } from '../parties/pos';
import { POS_SIGNATURE } from '../wire/signing';

/** Most bytes of what Stream sends a POS. */
const MAX_EVENT_BYTES = 524_288;
/** Seconds of a story that a slow POS takes for an answer. */
const SLOW_S = 8;

export const POS_PATH = '/handle-order';

/** Creates the routes of the built-in POS's Handle Order. */
export function createPosRoutes(pos: Pos, clock: Clock): Router {
  const answer = async (request: Request, response: Response): Promise<void> => {
    if (pos.mode === 'down') {
      request.socket.destroy();
      return;
    }
    if (pos.mode === 'slow') {
      await new Promise<void>((resolve) => {
        clock.at(clock.in(SLOW_S), resolve);
      });
    }
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const { status, body } = pos.handle(bytes, request.get(POS_SIGNATURE), request.get('Authorization'));
    response.status(status).json(body);
  };
  return createRoutes({
    [POS_PATH]: { post: [express.raw({ type: () => true, limit: MAX_EVENT_BYTES }), answer] },
  });
}
