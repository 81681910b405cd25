import type { Message } from '../message';

/**
 * What files and the API say of an order in English sentences, and audit pages in every language (schemas/language/auditors):
 * messages that stand in each other's places. What is first in a sentence is written large there.
 */
export const EVIDENCE_MESSAGES = {
  'said.sentence': '{what}.',
  'said.and': '{before} and {next}',
  'said.comma': '{before}, {next}',
  'said.then': '{before}, then {next}',
  'said.also': '{before}; {next}',
  'said.who': '{before}, who {next}',
  'said.at': '{what} at {time}',
  'said.day_time': '{day} {time}',
  'said.more': '{count} more',

  'said.no_driver': 'no driver was reported',
  'said.nameless': 'a driver without a name',
  'said.nameless_of': 'a driver of {source} without a name',
  'said.somebody': 'somebody here',

  'said.order_does': 'the order {deed}',
  'said.order_left': 'left',
  'said.order_completed': 'was completed',
  'said.order_failed': 'failed',
  'said.order_canceled': 'was canceled',
  'said.order_returned': 'was back here',
  'said.order_needs_action': 'has needed action since {time}',
  'said.order_coming_back': 'has been coming back since {time}',
  'said.order_preparing': 'has been in preparation since {time}',
  'said.order_ready': 'has been ready since {time}',

  'said.driver_does': '{driver} {deed}',
  'said.here': 'was here {from} to {to}',
  'said.here_again': 'was here again {from} to {to}',
  'said.here_also': '{from} to {to}',
  'said.here_since': 'has been here since {time}',
  'said.here_again_since': 'has been here again since {time}',
  'said.here_also_since': 'again since {time}',
  'said.more_visits': { one: 'once more between', other: '{count} more times between' },
  'said.without_food': 'did not get the food',
  'said.left_with_order': 'left with the order',
  'said.left_with_it': 'left with it',
  'said.not_here_yet': 'has not been reported here',
  'said.never_here': 'was never reported here',

  'said.driver_changed': { one: 'the driver changed once more', other: 'the driver changed {count} more times' },
  'said.named': 'a report named {driver}',
  'said.gave_order': '{source} gave the order to {driver}',
  'said.gave_order_again': '{source} gave the order again to {driver}',
  'said.gave_it': '{source} gave it to {driver}',
  'said.gave_it_again': '{source} gave it again to {driver}',
  'said.given_order': 'the order was given to {driver}',
  'said.given_order_again': 'the order was given again to {driver}',
  'said.given_it': 'it was given to {driver}',
  'said.given_it_again': 'it was given again to {driver}',
  'said.reopened': 'the {ended} order was reopened: {next}',
  'ended.completed': 'completed',
  'ended.failed': 'failed',
  'ended.canceled': 'canceled',
  'ended.coming_back': 'returning',
  'ended.returned': 'returned',
  'ended.other': '{stage}',
  'said.nobody': 'nobody was assigned any more',

  'said.handed_over': '{by} handed it over to {driver}',
  'said.checked': '{before}, who was checked by {compared}',
  'said.unchecked': '{before}, who was not checked',
  'said.came': '{before}, which came at {time}',
  'said.undone': '{before}, which was undone at {time}',
  'said.handed_over_before': {
    one: 'before that it was handed over {count} times',
    other: 'before that it was handed over {count} times',
  },
  'compared.passcode': 'the passcode',
  'compared.plate': 'the plate',
  'compared.number': 'the order number',
  'compared.name': 'the name',
  'said.seen_canceled': '{by} has seen that it was canceled',
  'said.seen_change': '{by} has seen that the driver changed',
  'said.seen_driver': '{by} has seen that {driver} comes now',
  'said.undid': '{by} undid what was done at revision {revision}',

  'said.old_report': 'the report of {time} may be an old one, sent again or late',
  'said.old_reports': 'the reports of {times} and {last} may be old ones, sent again or late',
} as const satisfies Readonly<Record<string, Message>>;

/** What such a message is called. */
export type EvidenceId = keyof typeof EVIDENCE_MESSAGES;
