import { Agent, request } from 'node:http';
import { setPriority } from 'node:os';

/**
 * 500 programs that wait for news of a location that has none, each answered after 30 s and asking again. Sent the port of
 * the service, they begin.
 */

const POLLS = 500;
const WAIT_SECONDS = 30;
/** Milliseconds before one asks again that was not answered. */
const RETRY_MS = 200;

// In life they stand on machines of their own; here they take what is left of this one.
setPriority(19);
/** What ends those that wait. */
let waiting = new AbortController();

interface Page {
  readonly items: readonly unknown[];
  readonly next: string;
}

/** @returns what is answered; null if the service is gone, or they rest. */
function call(agent: Agent, port: number, path: string, body?: string): Promise<string | null> {
  const method = body === undefined ? 'GET' : 'PUT';
  const headers = { 'Content-Type': 'application/json' };
  return new Promise((done, failed) => {
    request({ host: '127.0.0.1', port, path, method, headers, agent })
      // The service is killed under it in the end.
      .on('error', () => {
        done(null);
      })
      .on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('close', () => {
          const isAnswer = response.statusCode === 200 || response.statusCode === 201;
          if (isAnswer) done(response.complete ? text : null);
          else failed(new Error(`a poll is answered ${String(response.statusCode)} ${text}`));
        });
      })
      .end(body);
  });
}

async function follow(agent: Agent, port: number, from: string, signal: AbortSignal): Promise<void> {
  for (let after = from; !signal.aborted;) {
    const query = `after=${after}&wait=${String(WAIT_SECONDS)}&location_id=nobody`;
    const text = await call(agent, port, `/feed?${query}`);
    if (text === null) {
      await new Promise((done) => setTimeout(done, RETRY_MS));
      continue;
    }
    const page = JSON.parse(text) as Page;
    if (page.items.length > 0) throw new Error('there is news of a location that has none');
    after = page.next;
  }
}

async function begin(port: number, { signal }: AbortController): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  signal.addEventListener('abort', () => {
    agent.destroy();
  });
  const made = await call(agent, port, '/consumers/bench', '{"from":"now"}');
  if (made === null) return;
  const { position } = JSON.parse(made) as { readonly position: string };
  await Promise.all(Array.from({ length: POLLS }, () => follow(agent, port, position, signal)));
}

/** A port: they wait for news of the service there. Anything else: they rest. */
process.on('message', (port: unknown) => {
  waiting.abort();
  waiting = new AbortController();
  if (typeof port === 'number') void begin(port, waiting);
});
process.once('disconnect', () => process.exit(0));
