import type { Request, Response } from 'express';
import { endWithReader, requireCurrent } from '../access/guard';
import type { Reader, ReaderDirectory } from '../access/readers/readers';
import { sleep } from '../concurrency/sleep';
import { PAGE_EVENTS } from '../event-store/event-store';
import { beginStream } from '../http/event-stream';
import { goneSignal } from '../http/gone-signal';
import type { FeedAnswer } from './feed';
import { streamText } from './feed-forms';
import type { Looks, ViewQuestion } from './looks';

/** Milliseconds of silence after which a stream says that it is there. */
const STREAM_HEARTBEAT_MS = 15_000;
/** Most items in one part of a stream. From the log it is what one page holds: of a second, much would be read for nothing. */
const STREAM_ITEMS = 256;
const PART = { limit: STREAM_ITEMS, look: PAGE_EVENTS };
/** Most milliseconds that a timer takes: a client that does not read is waited for until it is gone. */
const LONGEST_MS = 2 ** 31 - 1;

/** Sends parts as they come. A client that does not read is waited for, and what it misses is in the log. */
export type SendStream = (
  request: Request,
  response: Response,
  reader: Reader,
  question: ViewQuestion,
) => Promise<void>;

/** Resolves when the client took what was sent, or at one of the ends. */
async function untilDrained(response: Response, ...ends: readonly AbortSignal[]): Promise<void> {
  const drained = new AbortController();
  response.once('drain', () => {
    drained.abort();
  });
  await sleep(LONGEST_MS, drained.signal, ...ends);
}

/**
 * @param show records the access, and leaves out what the reader does not see
 * @param stopping ends all streams
 */
export function createSendStream(options: {
  readonly looks: Looks;
  readonly readers: ReaderDirectory;
  readonly show: (request: Request, reader: Reader, answer: FeedAnswer) => Promise<FeedAnswer>;
  readonly stopping: AbortSignal;
}): SendStream {
  const { looks, readers, show, stopping } = options;
  return async (request, response, reader, start) => {
    const gone = goneSignal(response);
    const first = await looks.once({ ...start, ...PART });
    requireCurrent(readers, reader);
    if (beginStream(request, response) === null) return;
    endWithReader(readers, reader, response);
    try {
      for (let answer = first; !gone.aborted && !stopping.aborted;) {
        const isFlushed = response.write(streamText(await show(request, reader, answer)));
        if (!isFlushed) await untilDrained(response, gone, stopping);
        const question = { ...start, after: answer.next, ...PART };
        // That it has caught up is said at once, also where the rest of the log has nothing for it.
        answer = await (answer.caughtUp ? looks.until(question, STREAM_HEARTBEAT_MS, gone) : looks.once(question));
      }
      response.end();
    } catch {
      // The client resumes, and the answer then says what is wrong.
      response.destroy();
    }
  };
}
