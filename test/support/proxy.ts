import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A wire between a browser and the service that a test can cut. */
export interface Proxy {
  readonly url: string;
  /** Ends every connection and takes no new one. */
  cut(): void;
  /** Lets every connection stand and nothing through, as a network that silently loses everything does. */
  freeze(): void;
  mend(): void;
  /** Everything that the service sent, of all connections. */
  passed(): string;
  close(): Promise<void>;
}

/** @param target address of the service */
export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const passed: Buffer[] = [];
  let state: 'whole' | 'cut' | 'frozen' = 'whole';
  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    far.on('data', (chunk: Buffer) => passed.push(chunk));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
      if (state === 'frozen') one.pause();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    cut: () => {
      state = 'cut';
      destroyAll();
    },
    freeze: () => {
      state = 'frozen';
      for (const socket of sockets) socket.pause();
    },
    mend: () => {
      // Whatever stood still for so long was given up by both ends.
      if (state === 'frozen') destroyAll();
      state = 'whole';
    },
    passed: () => Buffer.concat(passed).toString('utf8'),
    close: () =>
      new Promise((closed) => {
        destroyAll();
        server.close(() => {
          closed();
        });
      }),
  };
}
