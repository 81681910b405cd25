import { isReadAs } from '../../../../../schemas/language/languages';
import { say, speech } from '../../shared/model/say';

/** Why the service recorded nothing, as it answers it. */
export interface Refusal {
  /** URN of the problem. */
  readonly type: string;
  /** What happened, in English. */
  readonly detail: string;
}

/** @returns why nothing was recorded. Where English is spoken, in the words of the service, which say more. */
export function refusalWords({ type, detail }: Refusal): string {
  if (isReadAs(speech().language, 'en')) return detail;
  switch (type.replace(/^urn:ticket-rail:problem:/, '')) {
    case 'order-changed':
      return say('refused.changed');
    case 'order-not-found':
      return say('refused.unknown_order');
    case 'not-permitted':
      return say('refused.forbidden');
    default:
      return say('refused.other');
  }
}
