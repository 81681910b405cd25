/**
 * What of a message's headers goes on when it is passed on (RFC 9110 section 7.6). Pure: headers come and go as node's
 * `rawHeaders`, names and values in turn, so that case, order and repetition stay as they came.
 */

/** Our name in `Via` (RFC 9110 section 7.6.3). */
const PSEUDONYM = 'ticket-rail';

/** About a connection, not about the message (RFC 9110 section 7.6.1), or about a proxy of the sender's. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Of a request, what is ours to say, or was ours to answer. */
const OURS_IN_REQUESTS = ['content-length', 'expect', 'host', 'x-request-id'];
/** Of an answer, what is ours to say. Cookies are for browsers: the sender is none, and they would not be its. */
const OURS_IN_ANSWERS = ['set-cookie', 'x-content-type-options', 'x-request-id'];

type Pair = readonly [name: string, value: string];

function pairsOf(rawHeaders: readonly string[]): readonly Pair[] {
  const pairs: Pair[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return pairs;
}

/** @returns the pairs that are neither hop-by-hop, by the list or by `Connection`, nor in `ours`. */
export function endToEnd(rawHeaders: readonly string[], ours: readonly string[]): readonly Pair[] {
  const pairs = pairsOf(rawHeaders);
  const named = pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((option) => option.trim().toLowerCase()));
  const dropped = new Set([...HOP_BY_HOP, ...ours, ...named]);
  return pairs.filter(([name]) => !dropped.has(name.toLowerCase()));
}

/** What a relayed request carries beside what came. */
export interface OwnHeaders {
  readonly host: string;
  readonly bodyBytes: number;
  readonly requestId: string;
  /** In place of the sender's `Authorization`, or null to leave that as it came. */
  readonly authorization: string | null;
}

/**
 * @param rawHeaders of the request that came
 * @returns those of the request to the POS.
 */
export function requestHeaders(rawHeaders: readonly string[], own: OwnHeaders): string[] {
  const ours = own.authorization === null ? OURS_IN_REQUESTS : [...OURS_IN_REQUESTS, 'authorization'];
  return [
    ...['Host', own.host],
    ...endToEnd(rawHeaders, ours).flat(),
    ...(own.authorization === null ? [] : ['Authorization', own.authorization]),
    ...['Content-Length', String(own.bodyBytes)],
    ...['Via', `1.1 ${PSEUDONYM}`],
    ...['X-Request-Id', own.requestId],
  ];
}

/**
 * @param rawHeaders of the POS's answer
 * @returns those of ours.
 */
export function answerHeaders(rawHeaders: readonly string[], requestId: string): string[] {
  const theirs = endToEnd(rawHeaders, OURS_IN_ANSWERS);
  const saysOfCaches = theirs.some(([name]) => name.toLowerCase() === 'cache-control');
  return [
    ...theirs.flat(),
    ...(saysOfCaches ? [] : ['Cache-Control', 'no-store']),
    ...['X-Content-Type-Options', 'nosniff'],
    ...['X-Request-Id', requestId],
  ];
}

/** @returns whether a request came through a relay such as this one before: passing it on would go round and round. */
export function cameThroughRelay(via: string | undefined): boolean {
  return (via ?? '').split(',').some((hop) => hop.trim().split(/\s+/, 2)[1]?.toLowerCase() === PSEUDONYM);
}
