import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Ports that systems give to nobody who does not ask for them by number: nothing takes one of them by chance. */
const UNASSIGNED_PORTS = { first: 20_000, count: 10_000 };

/** @returns whether nothing listens on a port of this machine */
const isFree = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const server = createServer();
    server.once('error', () => {
      answer(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        answer(true);
      });
    });
  });

/**
 * @returns the first of so many free ports in a row, for what has to be told where to listen. They stay free while nothing
 *   listens there.
 */
export async function freePorts(count = 1): Promise<number> {
  for (;;) {
    const first = randomInt(UNASSIGNED_PORTS.first, UNASSIGNED_PORTS.first + UNASSIGNED_PORTS.count - count);
    const ports = Array.from({ length: count }, (_, place) => first + place);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
}
