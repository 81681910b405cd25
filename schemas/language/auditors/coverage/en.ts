import type { Message } from '../../message';

/** The source of what the page of coverage says: a part of the words of auditors (../en.ts), in a file of its own for its length. */
export const enCoverage = {
  'coverage.title': 'Coverage',
  'coverage.intro':
    'What each delivery service really sends to each location, read from the log: the last seven days unless you say otherwise.',
  'coverage.source': 'Source',
  'coverage.from': 'From',
  'coverage.until': 'Until',
  'coverage.reading': 'Reading the log…',
  'coverage.nothing': 'Nothing was reported.',
  'coverage.groups': { one: '{count} source and location', other: '{count} sources and locations' },
  'coverage.report': {
    one: '{count} event from {from} to {to} ({clock}), in {groups}.',
    other: '{count} events from {from} to {to} ({clock}), in {groups}.',
  },
  'coverage.until_only': 'Counted only until {time}: ask for a shorter time.',
  'coverage.ungrouped': {
    one: '{count} event of further sources are not distinguished.',
    other: '{count} events of further sources are not distinguished.',
  },
  'coverage.more': 'Show more',
  'coverage.percent': '{percent} %',
  'coverage.under': '<{percent} %',
  'coverage.no_source': 'No source given',
  'coverage.about': {
    one: '{location} · {count} event · late: {late}',
    other: '{location} · {count} events · late: {late}',
  },
  'coverage.count_share': '{number} ({share})',
  'coverage.no_unknown': 'No undocumented value.',
  'coverage.unknown': 'Undocumented values',
  'coverage.further': { one: '{count} event with yet others.', other: '{count} events with yet others.' },
  'coverage.unreadable': 'Fields that came in another form',
  'coverage.none_said': 'None was ever said.',
  'coverage.value': 'Value',
  'coverage.never': 'Never said:',
  'coverage.gaps': 'Usual time between one value and the next',
  'coverage.gaps_of': 'Times between values of {source}',
  'coverage.gap_from': 'From',
  'coverage.gap_to': 'To',
  'coverage.half': 'Half within',
  'coverage.most': '90 % within',
  'coverage.times': 'Times',
  'endpoint.title': 'Our own answers to Stream',
  'endpoint.share': "{share} of Stream's calls of the last {time} were not answered 2xx.",
  'endpoint.share_alarm': "{share} of Stream's calls of the last {time} were not answered 2xx: {alarm}.",
  'endpoint.reached': '{share} reached: {alarm}',
  'endpoint.not_reached': '{share} not reached: {alarm}',
  'endpoint.alarm_10': 'Stream begins to send alert mails',
  'endpoint.alarm_25': 'the upper end of what Stream alerts of',
  'endpoint.alarm_50': 'Stream switches all events off',
  'endpoint.alarm': 'Stream acts',
  'endpoint.not_authentic': '{share} of all calls were refused as not authentic.',
  'endpoint.anybody': 'Anybody can send those; they are not Stream’s as far as we know.',
  'endpoint.secrets':
    'They are signed, nothing authentic comes, and Stream counts its own: check that {variable} has the secret of Stream’s portal.',
  'endpoint.repeats': 'Repeats: {share} of what could be used ({number}).',
  'endpoint.no_repeats': 'Repeats: nothing came yet.',
  'endpoint.since': 'Since {time}, when this process began: repeats are answered, and not stored.',
} as const satisfies Readonly<Record<string, Message>>;

/** The messages of a language that only the page of coverage says. */
export type CoverageCatalogue = Readonly<Record<keyof typeof enCoverage, Message>>;
