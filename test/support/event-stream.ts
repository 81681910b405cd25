import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { get, type IncomingMessage } from 'node:http';

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

/** Connects and waits for the answer. Its body is read as an event stream if it is one. */
export async function openEventStream(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).once('error', reject);
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
