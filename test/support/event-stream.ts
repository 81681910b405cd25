import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { get, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { until } from './patience';
import { READ_MODEL_BEHIND } from './running-service';

/** A client of the live feed over a real socket. */
export interface EventStream {
  readonly status: number;
  /** Everything that came so far. */
  readonly messages: readonly EventSourceMessage[];
  /** Data of the messages of one name, in order. */
  data(event: string): readonly Record<string, unknown>[];
  /** Id of the newest message that had one. */
  readonly lastId: string | null;
  /** Resolves when the server ended the stream. */
  readonly ended: Promise<void>;
  /** Stops reading, so that what is sent backs up. */
  pause(): void;
  resume(): void;
  close(): void;
}

const connect = (url: string, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).once('error', reject);
  });

/**
 * Connects and waits for the answer, again while the read model is behind, as {@link callUntilKnown} does. Its body is read
 * as an event stream if it is one.
 */
export async function openEventStream(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> {
  const response = await until(`${url} to be answered`, async () => {
    const answer = await connect(url, headers);
    if (answer.statusCode !== 503) return answer;
    const { type } = (await json(answer)) as { type?: unknown };
    if (type === READ_MODEL_BEHIND) return null;
    return answer;
  });
  const messages: EventSourceMessage[] = [];
  const parser = createParser({
    onEvent: (message) => {
      messages.push(message);
    },
  });
  response.setEncoding('utf8').on('data', (text: string) => {
    parser.feed(text);
  });
  response.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    response.once('close', resolve);
  });
  return {
    status: response.statusCode ?? 0,
    messages,
    data: (event) =>
      messages
        .filter((message) => message.event === event)
        .map((message) => JSON.parse(message.data) as Record<string, unknown>),
    get lastId() {
      return messages.findLast(({ id }) => id !== undefined)?.id ?? null;
    },
    ended,
    pause: () => {
      response.pause();
    },
    resume: () => {
      response.resume();
    },
    close: () => {
      response.destroy();
    },
  };
}
