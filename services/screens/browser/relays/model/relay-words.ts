import type { RelayEntry } from '../../../../../schemas/api/order-view';
import { say } from '../../operators/model/say';
import { exactSpanWords } from '../../operators/model/span-words';

/** What the page of relays says of one try. */
export interface RelayWords {
  /** Whether somebody has to look at it: Stream got no 2xx. */
  readonly isTrouble: boolean;
  readonly words: string;
}

type Answered = Pick<RelayEntry, 'outcome' | 'status' | 'provider_id' | 'answer_bytes' | 'duration_ms'>;

/** @returns how the POS answered, in a sentence */
export function relayWords({ outcome, status, provider_id, answer_bytes, duration_ms }: Answered): RelayWords {
  const time = exactSpanWords(duration_ms);
  switch (outcome) {
    case 'answered': {
      const isGood = status !== null && status >= 200 && status < 300;
      const id = isGood && provider_id !== null ? 'relays.accepted' : 'relays.answered';
      return { isTrouble: !isGood, words: say(id, { status: String(status), time }) };
    }
    case 'timed-out':
      return { isTrouble: true, words: say('relays.timed_out', { time }) };
    case 'failed':
      return { isTrouble: true, words: say('relays.failed') };
    case 'cut-off':
      return {
        isTrouble: true,
        words:
          status === null
            ? say('relays.cut_off', { count: answer_bytes })
            : say('relays.cut_off_with', { count: answer_bytes, status: String(status) }),
      };
    default:
      return { isTrouble: true, words: say('unknown', { word: outcome satisfies never }) };
  }
}
