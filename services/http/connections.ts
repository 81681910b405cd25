import type { Socket } from 'node:net';

/** Which connections are kept when there are too many, or too much waits to be read on them. */

/** What the sender on a connection has shown: nothing, the token of a reader, or that it is Stream. */
export type Shown = 'nothing' | 'token' | 'signature';

/** Senders who are in one hand as far as addresses show: {@link networkOf}. */
export interface Network {
  /** Connections on which nothing was shown. */
  strangers: number;
}

/** What is known of one connection. */
export interface HttpConnection {
  readonly network: Network;
  shown: Shown;
  /** Requests that are being answered. */
  answering: number;
  /** Counts up: the later something began or ended on the connection, the higher. */
  since: number;
  /** Bytes that had come when the last answer was complete. */
  bytesRead: number;
}

/** Why a connection was closed from here, or not taken. */
export const DROP_REASONS = [
  /** It made room for another. */
  'displaced',
  /** Its network had more connections on which nothing was shown than one may have. */
  'crowded',
  /** There was no room, and no other could be closed for it. */
  'refused',
  /** Its answer was not read on for too long. */
  'stalled',
  /** More bytes waited to be read on all connections together than there may be, and most of them on this one. */
  'unread',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** @returns the address, or of an IPv6 address the network of 64 bits (RFC 6177), which is whole in one hand. */
export function networkOf(address: string): string {
  const [head = '', tail] = address.split('::');
  if (!address.includes(':') || address.includes('.')) return address;
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(8 - first.length - last.length).fill('0');
  return [...first, ...zeros, ...last].slice(0, 4).join(':');
}

/**
 * Chooses what is closed so that another connection can be taken. First those on which nothing was ever shown: of the
 * network that has most of them, the one on which nothing has happened for the longest. A sender who has just come and
 * is honest shows soon what it has. Then readers' that are idle. Stream's are never closed, and no answer to a reader
 * is.
 * @returns null if there is none
 */
export function leastWanted<Of extends HttpConnection>(connections: Iterable<Of>): Of | null {
  let found: Of | null = null;
  let most = -1;
  for (const one of connections) {
    if (one.shown === 'signature' || (one.shown === 'token' && one.answering > 0)) continue;
    // A reader's comes after every stranger's, whatever its network.
    const weight = one.shown === 'nothing' ? one.network.strangers : 0;
    if (weight < most || (weight === most && found !== null && found.since < one.since)) continue;
    found = one;
    most = weight;
  }
  return found;
}

interface Tracked extends HttpConnection {
  readonly socket: Socket;
  readonly networkName: string;
}

/**
 * The connections of a server: takes new ones while there is room or room can be made, and ends those whose answers
 * nobody reads.
 */
export class Connections {
  readonly #open = new Map<Socket, Tracked>();
  /** Those of which there are strangers. */
  readonly #networks = new Map<string, Network>();
  #events = 0;

  readonly #options: {
    readonly most: number;
    readonly mostStrangers: number;
    readonly mostUnread: number;
    readonly onDropped: (reason: DropReason) => void;
  };

  /**
   * @param most connections at a time
   * @param mostStrangers connections of one network on which nothing was shown, at a time
   * @param mostUnread most bytes of answers that wait to be read, on all connections together
   * @param onDropped called for each connection that is closed from here or not taken
   */
  constructor(options: {
    readonly most: number;
    readonly mostStrangers: number;
    readonly mostUnread: number;
    readonly onDropped: (reason: DropReason) => void;
  }) {
    this.#options = options;
  }

  /** Takes a new connection if it can. */
  add(socket: Socket): void {
    if (this.#open.size >= this.#options.most) {
      const least = leastWanted(this.#open.values());
      if (least === null) {
        this.#drop(socket, 'refused');
        return;
      }
      this.#drop(least.socket, 'displaced');
    }
    const networkName = networkOf(socket.remoteAddress ?? '');
    const network = this.#networks.get(networkName) ?? { strangers: 0 };
    network.strangers++;
    this.#networks.set(networkName, network);
    this.#open.set(socket, {
      socket,
      networkName,
      network,
      shown: 'nothing',
      answering: 0,
      since: this.#events++,
      bytesRead: 0,
    });
    socket.once('close', () => {
      this.#forget(socket);
    });
    if (network.strangers > this.#options.mostStrangers) this.#thinOut(network);
  }

  /** The sender on a connection has shown who it is. */
  show(socket: Socket, shown: Exclude<Shown, 'nothing'>): void {
    const connection = this.#open.get(socket);
    if (connection === undefined || connection.shown === 'signature') return;
    if (connection.shown === 'nothing') this.#isNoStranger(connection);
    connection.shown = shown;
  }

  /** @returns what notes that the sender of a request has shown who it is. */
  shows(shown: Exclude<Shown, 'nothing'>): (request: { readonly socket: Socket }) => void {
    return ({ socket }) => {
      this.show(socket, shown);
    };
  }

  /** A request begins to be answered. */
  begin(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.answering++;
    connection.since = this.#events++;
  }

  /** The answer is taken, or given up. */
  end(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.answering--;
    connection.since = this.#events++;
    connection.bytesRead = socket.bytesRead;
  }

  /** Nothing has happened on a connection for the time that the server allows. */
  timedOut(socket: Socket): void {
    if (socket.writableLength > 0) this.#drop(socket, 'stalled');
    else if ((this.#open.get(socket)?.answering ?? 0) === 0) socket.destroy();
  }

  /** Closes connections on which most is unread, until all together hold no more than they may. */
  boundUnread(): void {
    let unread = 0;
    for (const socket of this.#open.keys()) unread += socket.writableLength;
    if (unread <= this.#options.mostUnread) return;
    const most = [...this.#open.keys()].sort((one, other) => other.writableLength - one.writableLength);
    for (const socket of most) {
      if (unread <= this.#options.mostUnread) return;
      unread -= socket.writableLength;
      this.#drop(socket, 'unread');
    }
  }

  /** Closes connections on which nothing is asked, and nothing is being answered: an answer is, until it is taken. */
  closeIdle(): void {
    for (const { socket, answering, bytesRead } of this.#open.values()) {
      if (answering === 0 && socket.bytesRead === bytesRead) socket.destroy();
    }
  }

  #drop(socket: Socket, reason: DropReason): void {
    this.#forget(socket);
    socket.destroy();
    this.#options.onDropped(reason);
  }

  #thinOut(network: Network): void {
    const strangers = [...this.#open.values()].filter((one) => one.network === network && one.shown === 'nothing');
    const least = leastWanted(strangers);
    if (least !== null) this.#drop(least.socket, 'crowded');
  }

  #forget(socket: Socket): void {
    const connection = this.#open.get(socket);
    this.#open.delete(socket);
    if (connection?.shown === 'nothing') this.#isNoStranger(connection);
  }

  #isNoStranger({ network, networkName }: Tracked): void {
    network.strangers--;
    if (network.strangers === 0) this.#networks.delete(networkName);
  }
}

/** Least milliseconds between two reports of drops. */
export const REPORT_INTERVAL_MS = 10_000;

/** How many connections were dropped for which reason; one that is not there is 0. */
export type Drops = Readonly<Partial<Record<DropReason, number>>>;

/** @returns what takes note of drops, and reports the first at once, and those after it together, from time to time. */
export function createDropReporter(report: (drops: Drops) => void): (reason: DropReason) => void {
  let drops: Partial<Record<DropReason, number>> = {};
  let isQuiet = false;
  const reportNow = (): void => {
    isQuiet = Object.keys(drops).length > 0;
    if (!isQuiet) return;
    report(drops);
    drops = {};
    setTimeout(reportNow, REPORT_INTERVAL_MS).unref();
  };
  return (reason) => {
    drops[reason] = (drops[reason] ?? 0) + 1;
    if (!isQuiet) reportNow();
  };
}
