import type { RelayEntry } from '../../../../../schemas/api/order-view';
import { spanWords } from '../../../../../schemas/words/span-words';
import { countWords } from '../../shared/model/words';

/** What the page of relays says of one try. */
export interface RelayWords {
  /** Whether somebody has to look at it: Stream got no 2xx. */
  readonly isTrouble: boolean;
  readonly words: string;
}

type Answered = Pick<RelayEntry, 'outcome' | 'status' | 'provider_id' | 'answer_bytes' | 'duration_ms'>;

/** @returns how the POS answered, in a sentence */
export function relayWords({ outcome, status, provider_id, answer_bytes, duration_ms }: Answered): RelayWords {
  const took = spanWords(duration_ms);
  switch (outcome) {
    case 'answered': {
      const isGood = status !== null && status >= 200 && status < 300;
      const accepts = isGood && provider_id !== null ? ' It accepts the order.' : '';
      return { isTrouble: !isGood, words: `The POS answered ${String(status)} after ${took}.${accepts}` };
    }
    case 'timed-out':
      return { isTrouble: true, words: `The POS had not answered after ${took}. It may have taken the delivery.` };
    case 'failed':
      return {
        isTrouble: true,
        words: 'The POS could not be reached, or broke off before it answered. It may have taken the delivery.',
      };
    case 'cut-off':
      return {
        isTrouble: true,
        words: `The answer broke off after ${countWords(answer_bytes, 'byte')}${status === null ? '' : `, with status ${String(status)}`}.`,
      };
  }
}
