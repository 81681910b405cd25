import type { Moment } from '../shared/model/clock';
import { FeedClient } from './feed-client';
import { BEAT_MS, type FromTab, type WorkerNews } from './model/port-messages';
import { type SharedLine, Sharing, type ConnectionStep } from './model/sharing';
import { Untaken } from './model/untaken';

/**
 * Holds the connections of all tabs of one browser, each once: over HTTP/1.1 a browser has six to a service. It knows
 * nothing of orders, and keeps nothing that it brings.
 */

const moment = (): Moment => ({ monotonic: performance.now(), wall: Date.now() });

/** One feed of one tab. */
class Follower {
  readonly #untaken = new Untaken();
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  get takesTooLittle(): boolean {
    return this.#untaken.isTooMuch(performance.now());
  }

  send(news: WorkerNews): void {
    const characters = news.kind === 'messages' ? news.messages.reduce((sum, { data }) => sum + data.length, 0) : 0;
    this.#port.postMessage({ ...news, number: this.#untaken.sent(characters, performance.now()) });
  }

  taken(number: number): void {
    this.#untaken.taken(number);
  }

  close(): void {
    this.#port.close();
  }
}

const sharing = new Sharing<Follower>();
const clients = new Map<SharedLine<Follower>, FeedClient>();
const followers = new Set<Follower>();

function connect(line: SharedLine<Follower>): void {
  const client = new FeedClient({
    token: line.need.token,
    now: moment,
    request: () => sharing.ask(line),
    onMessages: (messages) => {
      const { deliveries, steps } = sharing.take(line, messages);
      for (const delivery of deliveries) {
        for (const follower of delivery.followers) send(follower, { kind: 'messages', messages: delivery.messages });
      }
      take(steps);
      return { mustRestart: false };
    },
    onLink: (link) => {
      for (const follower of sharing.followersOf(line)) send(follower, { kind: 'link', link });
    },
  });
  clients.set(line, client);
  client.start();
}

function take(steps: readonly ConnectionStep<Follower>[]): void {
  for (const { line, kind } of steps) {
    if (kind === 'connect') connect(line);
    else if (kind === 'renew') clients.get(line)?.renew();
    else {
      clients.get(line)?.stop();
      clients.delete(line);
    }
  }
}

function leave(follower: Follower): void {
  if (!followers.delete(follower)) return;
  follower.close();
  take(sharing.leave(follower));
}

/** A tab that takes nothing costs the others nothing: it is let go, and begins anew when it can. */
function send(follower: Follower, news: WorkerNews): void {
  if (!follower.takesTooLittle) {
    follower.send(news);
    return;
  }
  follower.send({ kind: 'over' });
  leave(follower);
}

function welcome(port: MessagePort): void {
  const follower = new Follower(port);
  followers.add(follower);
  port.onmessage = ({ data }: MessageEvent<FromTab>) => {
    switch (data.kind) {
      case 'follow':
        take(sharing.follow(follower, data.need, data.position));
        break;
      case 'taken':
        follower.taken(data.number);
        break;
      case 'hurry':
        for (const client of clients.values()) client.reconnectNow();
        break;
      case 'ask':
        follower.send({ kind: 'beat' });
        break;
      case 'leave':
        leave(follower);
        break;
    }
  };
}

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports; // of a shared worker
  if (port !== undefined) welcome(port);
});
setInterval(() => {
  for (const follower of [...followers]) send(follower, { kind: 'beat' });
}, BEAT_MS);
