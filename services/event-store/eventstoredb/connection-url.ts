/**
 * Connection strings: `esdb://user:password@host:2113,host:2113?option=value` for one node or several,
 * `esdb+discover://host:2113` for the nodes behind a DNS name; `kurrentdb://` and `kdb://` are the same.
 *
 * Parsed here and not by the client, whose own parser prints the whole string, password included, with a warning for an
 * unknown option and with `DEBUG=esdb:*`.
 */

import { EventStoreError } from '../event-store';

export interface ConnectionSettings {
  readonly discover: boolean;
  /** At least one; the first is the one to ask if `discover`. */
  readonly hosts: readonly { readonly address: string; readonly port: number }[];
  readonly credentials: { readonly username: string; readonly password: string } | null;
  readonly tls: boolean;
  readonly tlsCaFile: string | null;
  readonly userCertFile: string | null;
  readonly userKeyFile: string | null;
  readonly connectionName: string | null;
  /** Milliseconds between two pings on a connection in use; -1 turns them off. */
  readonly keepAliveInterval: number;
  /** Milliseconds to wait for the answer to a ping before the connection counts as lost; -1 waits for ever. */
  readonly keepAliveTimeout: number;
  /** How often to ask a cluster for its nodes before giving up. */
  readonly maxDiscoverAttempts: number;
  /** Milliseconds between two of these. */
  readonly discoveryInterval: number;
  /** Seconds to wait for the answer. */
  readonly gossipTimeout: number;
}

const DEFAULT_PORT = 2113;
const MOST_PORT = 65_535;
/** All defaults are the client's. */
const DEFAULT_KEEP_ALIVE_MS = 10_000;
const DEFAULT_DISCOVER_ATTEMPTS = 10;
const DEFAULT_DISCOVERY_INTERVAL_MS = 100;
const DEFAULT_GOSSIP_TIMEOUT_SECONDS = 5;

/** What the query may set, in the lower-case spelling by which it is found. */
const OPTIONS = [
  'tls',
  'tlsverifycert',
  'tlscafile',
  'usercertfile',
  'userkeyfile',
  'connectionname',
  'nodepreference',
  'keepaliveinterval',
  'keepalivetimeout',
  'maxdiscoverattempts',
  'discoveryinterval',
  'gossiptimeout',
  // Taken and not used: every call has our own timeout, and a refused append is a value.
  'defaultdeadline',
  'throwonappendfailure',
] as const;
type Option = (typeof OPTIONS)[number];

/** @returns `url` with user name and password replaced, whatever else may be wrong with it. */
export function maskUrl(url: string): string {
  const scheme = /^[^:@]*:\/\//.exec(url)?.[0] ?? '';
  const rest = url.slice(scheme.length);
  const at = rest.lastIndexOf('@');
  return at === -1 ? url : `${scheme}***@${rest.slice(at + 1)}`;
}

/**
 * Reads a connection string.
 * @throws {EventStoreError} `invalid`, with a message that says what is wrong and holds no credentials.
 */
export function parseConnectionUrl(url: string): ConnectionSettings {
  const fail = (problem: string): never => {
    throw new EventStoreError('invalid', `the connection string ${maskUrl(url)} cannot be used: ${problem}`);
  };
  const match = /^(?:esdb|kurrentdb|kdb)(\+discover)?:\/\/([^?]*)(?:\?(.*))?$/i.exec(url.trim());
  if (match === null) return fail('it must start with esdb://, kurrentdb:// or kdb://, or one of these with +discover');
  const [, discover, authority = '', query = ''] = match;
  if (query.includes('@')) return fail('a ? or @ in a user name, a password or an option must be percent-encoded');

  const at = authority.lastIndexOf('@');
  const credentials = at === -1 ? null : parseCredentials(authority.slice(0, at), fail);
  const hosts = parseHosts(authority.slice(at + 1), fail);
  const options = parseOptions(query, fail);

  const flag = (name: Option, otherwise: boolean): boolean => {
    const value = options.get(name)?.toLowerCase();
    if (value === undefined) return otherwise;
    return value === 'true' || (value === 'false' ? false : fail(`option ${name} must be true or false`));
  };
  const whole = (name: Option, otherwise: number, least: number): number => {
    const value = options.get(name);
    if (value === undefined) return otherwise;
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : NaN;
    return number >= least ? number : fail(`option ${name} must be a whole number from ${String(least)}`);
  };
  if (!flag('tlsverifycert', true)) {
    return fail('option tlsverifycert=false is not supported; name the authority to trust with tlsCAFile');
  }
  if ((options.get('nodepreference') ?? 'leader').toLowerCase() !== 'leader') {
    return fail('option nodepreference must be leader, the only node on which an acknowledged event is there at once');
  }
  return {
    discover: discover !== undefined,
    hosts,
    credentials,
    tls: flag('tls', true),
    tlsCaFile: options.get('tlscafile') ?? null,
    userCertFile: options.get('usercertfile') ?? null,
    userKeyFile: options.get('userkeyfile') ?? null,
    connectionName: options.get('connectionname') ?? null,
    keepAliveInterval: whole('keepaliveinterval', DEFAULT_KEEP_ALIVE_MS, -1),
    keepAliveTimeout: whole('keepalivetimeout', DEFAULT_KEEP_ALIVE_MS, -1),
    maxDiscoverAttempts: whole('maxdiscoverattempts', DEFAULT_DISCOVER_ATTEMPTS, 1),
    discoveryInterval: whole('discoveryinterval', DEFAULT_DISCOVERY_INTERVAL_MS, 0),
    gossipTimeout: whole('gossiptimeout', DEFAULT_GOSSIP_TIMEOUT_SECONDS, 1),
  };
}

type Fail = (problem: string) => never;

function parseCredentials(text: string, fail: Fail): ConnectionSettings['credentials'] {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) return fail('credentials must be user:password');
  try {
    return {
      username: decodeURIComponent(text.slice(0, colon)),
      password: decodeURIComponent(text.slice(colon + 1)),
    };
  } catch {
    return fail('a % in a user name or a password must be percent-encoded as %25');
  }
}

function parseHosts(text: string, fail: Fail): ConnectionSettings['hosts'] {
  return text
    .replace(/\/+$/, '')
    .split(',')
    .map((host) => {
      const [, address = '', port] = /^([\w.-]+|\[[\da-fA-F:.]+\])(?::(\d{1,15}))?$/.exec(host.trim()) ?? [];
      if (address === '') return fail('each host must be a name or an address, with a port of digits if it has one');
      if (port !== undefined && (Number(port) < 1 || Number(port) > MOST_PORT)) {
        return fail(`port ${port} must be a number from 1 to ${String(MOST_PORT)}`);
      }
      return { address, port: port === undefined ? DEFAULT_PORT : Number(port) };
    });
}

function parseOptions(text: string, fail: Fail): ReadonlyMap<Option, string> {
  const options = new Map<Option, string>();
  for (const pair of text.split('&').filter((part) => part !== '')) {
    const [key = '', value = ''] = pair.split(/=(.*)/s);
    const name = key.toLowerCase().replace(/[_-]/g, '');
    const option = OPTIONS.find((known) => known === name);
    if (option === undefined) return fail(`it has an unknown option ${JSON.stringify(key)}`);
    try {
      options.set(option, decodeURIComponent(value.trim()));
    } catch {
      return fail(`option ${option} has a % that is not percent-encoded as %25`);
    }
  }
  return options;
}
