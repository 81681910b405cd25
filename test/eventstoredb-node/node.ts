import { createServer, type AddressInfo, type Socket } from 'node:net';

import { Server, ServerCredentials } from '@grpc/grpc-js';

import { NO_FAULTS, type Faults } from './faults';
import { Log } from './log';
import { addServices, type OpenCall, type ServerLine } from './services';

export interface NodeOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** Whether appends may share one stream of requests, as on every server since 21.10. Default true. */
  readonly batchAppend?: boolean;
  /** Default `24.2`. */
  readonly line?: ServerLine;
  /** Default: none. */
  readonly faults?: Partial<Faults>;
  /** Default: one of its own. Nodes with the same log are a cluster. */
  readonly log?: Log;
}

export interface RunningNode {
  /** Connection string for one node without TLS. */
  readonly url: string;
  readonly port: number;
  readonly log: Log;
  readonly faults: Faults;
  /** Switches faults on or off; the others stay as they are. */
  setFaults(change: Partial<Faults>): void;
  /** Cuts every connection; new ones are taken. */
  dropConnections(): void;
  /** Answers nothing any more on the connections that are open now, and does not close them: what a firewall does. */
  muteConnections(): void;
  /** gRPC calls that neither side has ended. */
  readonly openCalls: number;
  readonly openConnections: number;
  /** Requests taken so far, by method name. */
  readonly requests: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/**
 * Starts an EventStoreDB node with its log in memory, on the client's own service definitions, listening on loopback
 * without TLS.
 */
export async function startNode(options: NodeOptions = {}): Promise<RunningNode> {
  let faults: Faults = { ...NO_FAULTS, ...options.faults };
  const faultsChanged = new Set<() => void>();
  const sockets = new Set<Socket>();
  const muted = new Set<string>();
  const openCalls = new Map<object, OpenCall>();
  const requests = new Map<string, number>();
  const log = options.log ?? new Log(() => Date.now() + faults.clockAheadMs);

  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    injector.injectConnection(socket);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = listener.address() as AddressInfo;

  addServices(server, {
    log,
    port,
    batchAppend: options.batchAppend ?? true,
    line: options.line ?? '24.2',
    openCalls,
    requests,
    muted,
    dropConnections,
    faults: () => faults,
    useUnavailable: () => {
      if (faults.unavailable === 0) return false;
      faults = { ...faults, unavailable: faults.unavailable - 1 };
      return true;
    },
    faultsChanged: () => new Promise((resolve) => faultsChanged.add(resolve)),
  });

  return {
    url: `esdb://127.0.0.1:${String(port)}?tls=false`,
    port,
    log,
    get faults() {
      return faults;
    },
    setFaults(change) {
      faults = { ...faults, ...change };
      for (const resolve of faultsChanged) resolve();
      faultsChanged.clear();
      if (faults.closedWithOk) for (const { end } of openCalls.values()) end?.();
      if (faults.leaderPort === null) return;
      for (const { needsLeader, loseLeader } of openCalls.values()) if (needsLeader) loseLeader?.(faults.leaderPort);
    },
    dropConnections,
    muteConnections() {
      for (const { remoteAddress = '', remotePort = 0 } of sockets) muted.add(`${remoteAddress}:${String(remotePort)}`);
    },
    get openCalls() {
      return openCalls.size;
    },
    get openConnections() {
      return sockets.size;
    },
    requests,
    async stop() {
      const closed = new Promise<void>((resolve) => {
        listener.close(() => {
          resolve();
        });
      });
      dropConnections();
      server.forceShutdown();
      await closed;
    },
  };
}
