import { isAbsolute, resolve } from 'node:path';
import { ConfigError, readConfig } from '../../../services/config/config';
import { VARIABLES } from '../../../services/config/environment';
import { EVENTSTOREDB_URLS } from '../../../services/event-store/store-url';
import { entryOf } from '../../support/running-service';

const SECRET = 'a-secret-of-some-length';
const TOKEN = 'a-token-of-some-length';

const READER = entryOf(TOKEN, 'screen', ['pos_location_456']);
const READERS = JSON.stringify([READER]);

/** What is wrong with an environment, a line each. */
function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('an empty environment', () => {
  it('an empty environment gives every default', () => {
    expect(readConfig({})).toEqual({
      basePath: '',
      port: 8080,
      host: '127.0.0.1',
      dataDir: resolve('data'),
      eventStoreUrl: null,
      webhookSecrets: [],
      bearerTokens: [],
      readers: { kind: 'open' },
      readerOrigins: [],
      quarantineAnswer: 422,
      maxBodyBytes: 262_144,
      requestTimeoutMs: 15_000,
      relayUrl: null,
      relayTimeoutMs: 15_000,
      destinationsFile: null,
      labelPointersFile: null,
      locationsFile: null,
      labelHours: 24,
      retentionDays: null,
      accessRetentionDays: null,
      checkpointMs: 300_000,
      checkpointKeyFile: null,
      logLevel: 'info',
      warnings: [],
    });
  });

  it('a variable that is set to nothing is the same as one that is not set', () => {
    expect(readConfig(Object.fromEntries(VARIABLES.map((name) => [name, ''])))).toEqual(readConfig({}));
  });

  it("variables that are not the service's are ignored", () => {
    expect(readConfig({ PATH: '/bin', PORTS: 'x' })).toEqual(readConfig({}));
  });
});

describe('good values', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65_535 }],
    ['HOST', '::1', { host: '::1' }],
    ['HOST', 'localhost', { host: 'localhost' }],
    ['DATA_DIR', '/var/lib/ticket-rail', { dataDir: '/var/lib/ticket-rail' }],
    ['EVENT_STORE_URL', 'esdb://localhost:2113?tls=false', { eventStoreUrl: 'esdb://localhost:2113?tls=false' }],
    ['EVENT_STORE_URL', 'esdb+discover://es:2113', { eventStoreUrl: 'esdb+discover://es:2113' }],
    ['EVENT_STORE_URL', 'kurrentdb://k:2113?tls=False', { eventStoreUrl: 'kurrentdb://k:2113?tls=False' }],
    ['EVENT_STORE_URL', 'kdb+discover://k', { eventStoreUrl: 'kdb+discover://k' }],
    ['EVENT_STORE_URL', ' esdb://es \n', { eventStoreUrl: 'esdb://es' }],
    ['STREAM_WEBHOOK_SECRETS', SECRET, { webhookSecrets: [SECRET], quarantineAnswer: 202 }],
    ['STREAM_WEBHOOK_SECRETS', ` ${SECRET} , ${TOKEN}`, { webhookSecrets: [SECRET, TOKEN] }],
    ['STREAM_BEARER_TOKENS', TOKEN, { bearerTokens: [TOKEN], quarantineAnswer: 202 }],
    ['READERS', READERS, { readers: { kind: 'listed', entries: [READER] }, quarantineAnswer: 422 }],
    ['READERS_FILE', 'readers.json', { readers: { kind: 'file', path: resolve('readers.json') } }],
    ['READER_ORIGINS', 'https://pos.example.com', { readerOrigins: ['https://pos.example.com'] }],
    [
      'READER_ORIGINS',
      'http://localhost:5173 , https://pos.example.com',
      { readerOrigins: ['http://localhost:5173', 'https://pos.example.com'] },
    ],
    ['QUARANTINE_ANSWER', '202', { quarantineAnswer: 202 }],
    ['QUARANTINE_ANSWER', '422', { quarantineAnswer: 422 }],
    ['MAX_BODY_BYTES', '1024', { maxBodyBytes: 1_024 }],
    ['MAX_BODY_BYTES', '700000', { maxBodyBytes: 700_000 }],
    ['REQUEST_TIMEOUT_MS', '1000', { requestTimeoutMs: 1_000 }],
    ['REQUEST_TIMEOUT_MS', '300000', { requestTimeoutMs: 300_000 }],
    ['RELAY_URL', 'http://pos.local/orders?store=1', { relayUrl: 'http://pos.local/orders?store=1' }],
    ['RELAY_URL', 'HTTPS://user:p%40ss@pos.example.com', { relayUrl: 'HTTPS://user:p%40ss@pos.example.com' }],
    ['RELAY_URL', 'http://localhost:8081', { relayUrl: 'http://localhost:8081' }],
    ['RELAY_TIMEOUT_MS', '100', { relayTimeoutMs: 100 }],
    ['RELAY_TIMEOUT_MS', '300000', { relayTimeoutMs: 300_000 }],
    ['LOG_LEVEL', 'silent', { logLevel: 'silent' }],
    ['LOG_LEVEL', 'trace', { logLevel: 'trace' }],
  ])('%s=%s is accepted', (name, value, expected) => {
    expect(readConfig({ [name]: value })).toMatchObject(expected);
  });

  it('a relative DATA_DIR is resolved from the working directory', () => {
    expect(isAbsolute(readConfig({ DATA_DIR: 'some/where' }).dataDir)).toBe(true);
  });

  it('QUARANTINE_ANSWER overrides the default that authentication gives', () => {
    const answer = (env: Record<string, string>) => readConfig(env).quarantineAnswer;
    expect(answer({ STREAM_WEBHOOK_SECRETS: SECRET, QUARANTINE_ANSWER: '422' })).toBe(422);
    expect(answer({ STREAM_BEARER_TOKENS: TOKEN, QUARANTINE_ANSWER: '422' })).toBe(422);
  });
});

describe('secrets of Stream that look like a slip', () => {
  const short = 'has fewer than 16 characters';
  it.each<[string, string, readonly string[], readonly string[]]>([
    ['none', SECRET, [SECRET], []],
    ['a list with spaces after the commas', `${SECRET}, ${TOKEN}`, [SECRET, TOKEN], []],
    ['a short one', `${SECRET},tiny`, [SECRET, 'tiny'], [`secret 2 ${short}`]],
    ['a line break behind it', `${SECRET}\n`, [SECRET], ['secret 1 has white space or a line break']],
    ['white space before it', ` ${SECRET}`, [SECRET], ['secret 1 has white space or a line break']],
    ['white space within the list', `${SECRET} ,${TOKEN}\r\n`, [SECRET, TOKEN], ['secret 1 has', 'secret 2 has']],
    ['quotes', `"${SECRET}",'${TOKEN}'`, [`"${SECRET}"`, `'${TOKEN}'`], ['secret 1 is in quotes', 'secret 2 is in']],
    ['quotes around a short one', '"tiny"', ['"tiny"'], ['secret 1 is in quotes', `secret 1 ${short}`]],
  ])('%s: the secrets are used, and what looks wrong is reported without them', (_what, text, used, expected) => {
    const { webhookSecrets, warnings } = readConfig({ STREAM_WEBHOOK_SECRETS: text });
    expect(webhookSecrets).toEqual(used);
    expect(warnings).toEqual(
      expected.map((words) => expect.stringContaining(`STREAM_WEBHOOK_SECRETS: ${words}`) as unknown),
    );
    for (const secret of [SECRET, TOKEN, 'tiny']) expect(warnings.join()).not.toContain(secret);
  });
});

describe('bad values', () => {
  const origins = 'expected origins such as https://pos.example.com, without a path, separated by commas.';
  const secrets = 'expected secrets, separated by commas.';
  const tokens = 'expected tokens of at least 16 characters, separated by commas.';
  it.each<[string, string, string]>([
    ['PORT', 'http', 'PORT is "http": expected a whole number of ports.'],
    ['PORT', '-1', 'PORT is "-1": expected a whole number of ports.'],
    ['PORT', '80.5', 'PORT is "80.5": expected a whole number of ports.'],
    ['PORT', ' 80', 'PORT is " 80": expected a whole number of ports.'],
    ['PORT', '65536', 'PORT is "65536": expected ports from 0 to 65535.'],
    [
      'EVENT_STORE_URL',
      'http://localhost',
      `EVENT_STORE_URL is a value not shown here: expected ${EVENTSTOREDB_URLS}.`,
    ],
    ['EVENT_STORE_URL', 'esdb://', `EVENT_STORE_URL is a value not shown here: expected ${EVENTSTOREDB_URLS}.`],
    ['STREAM_WEBHOOK_SECRETS', ' ', `STREAM_WEBHOOK_SECRETS is a value not shown here: ${secrets}`],
    ['STREAM_WEBHOOK_SECRETS', `${SECRET},,x`, `STREAM_WEBHOOK_SECRETS is a value not shown here: ${secrets}`],
    ['STREAM_WEBHOOK_SECRETS', `${SECRET},`, `STREAM_WEBHOOK_SECRETS is a value not shown here: ${secrets}`],
    ['STREAM_BEARER_TOKENS', 'short', `STREAM_BEARER_TOKENS is a value not shown here: ${tokens}`],
    ['READERS', '[', 'READERS is a value not shown here: expected JSON.'],
    ['READERS', '[]', 'READERS is a value not shown here: expected at least one reader.'],
    ['READERS', '{}', 'READERS is a value not shown here: expected a JSON array of readers.'],
    [
      'READERS',
      JSON.stringify([READER, { ...READER, name: 'other', token_sha256: TOKEN }]),
      'READERS is a value not shown here: entry 2, token_sha256: expected 64 hexadecimal digits.',
    ],
    ...[
      '*',
      'null',
      'pos.example.com',
      'https://pos.example.com/',
      'https://pos.example.com:443',
      'HTTPS://POS.example.com',
      'ftp://pos.example.com',
      'https://pos.example.com,',
    ].map((value): [string, string, string] => [
      'READER_ORIGINS',
      value,
      `READER_ORIGINS is ${JSON.stringify(value)}: ${origins}`,
    ]),
    [
      'READER_TOKENS',
      TOKEN,
      'READER_TOKENS is not read any more, and without readers reading is open: set READERS_FILE or READERS.',
    ],
    ['QUARANTINE_ANSWER', '200', 'QUARANTINE_ANSWER is "200": expected 202 or 422.'],
    ['MAX_BODY_BYTES', '1023', 'MAX_BODY_BYTES is "1023": expected bytes from 1024 to 700000.'],
    ['MAX_BODY_BYTES', '700001', 'MAX_BODY_BYTES is "700001": expected bytes from 1024 to 700000.'],
    ['MAX_BODY_BYTES', '256k', 'MAX_BODY_BYTES is "256k": expected a whole number of bytes.'],
    ['REQUEST_TIMEOUT_MS', '999', 'REQUEST_TIMEOUT_MS is "999": expected milliseconds from 1000 to 300000.'],
    ['REQUEST_TIMEOUT_MS', '15s', 'REQUEST_TIMEOUT_MS is "15s": expected a whole number of milliseconds.'],
    ...['pos.local', 'ftp://pos.local', 'http://', 'http:pos.local', 'http://a b/', 'http://user:%zz@pos.local'].map(
      (value): [string, string, string] => [
        'RELAY_URL',
        value,
        'RELAY_URL is a value not shown here: expected http://... or https://....',
      ],
    ),
    ['RELAY_TIMEOUT_MS', '99', 'RELAY_TIMEOUT_MS is "99": expected milliseconds from 100 to 300000.'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud": expected fatal, error, warn, info, debug, trace or silent.'],
  ])('%s=%s is refused with the variable, its value unless secret, and what was expected', (name, value, message) => {
    expect(problemsOf({ [name]: value })).toEqual([message]);
  });

  it('all bad values are reported at once', () => {
    expect(problemsOf({ PORT: 'x', LOG_LEVEL: 'x', READERS: 'x' }).map((problem) => problem.split(' ')[0])).toEqual([
      'PORT',
      'READERS',
      'LOG_LEVEL',
    ]);
  });

  it('an error message never contains a secret', () => {
    const env = {
      STREAM_WEBHOOK_SECRETS: `${SECRET},tiny-one,`,
      STREAM_BEARER_TOKENS: `${TOKEN},tiny-two`,
      READERS: '[{"name":"tiny-three","token_sha256":"tiny-four","role":"tiny-five","tiny-six":1}]',
      EVENT_STORE_URL: 'http://admin:changeit@localhost',
      RELAY_URL: 'ftp://admin:changeit@localhost',
    };
    const shown = problemsOf(env).join('\n');
    for (const secret of [SECRET, TOKEN, 'tiny', 'changeit', 'admin']) expect(shown).not.toContain(secret);
    expect(problemsOf(env)).toHaveLength(8);
  });

  it.each<[string, Record<string, string>]>([
    ['http://127.0.0.1:8080/orders', {}],
    ['http://localhost:8080/', {}],
    ['http://0.0.0.0:8080/', {}],
    ['https://user:changeit@LOCALHOST:8080/', { HOST: 'localhost' }],
    ['http://[::1]:9000/', { HOST: '::', PORT: '9000', STREAM_WEBHOOK_SECRETS: SECRET, READERS }],
    ['http://127.0.0.1/', { HOST: '0.0.0.0', PORT: '80', STREAM_WEBHOOK_SECRETS: SECRET, READERS }],
    ['https://rail.example', { HOST: 'rail.example', PORT: '443', STREAM_WEBHOOK_SECRETS: SECRET, READERS }],
  ])("RELAY_URL must not be the service's own address: %s with %j", (RELAY_URL, env) => {
    expect(problemsOf({ RELAY_URL, ...env })).toEqual([
      'RELAY_URL leads to HOST and PORT, which are our own: set it to the order injection of the POS.',
    ]);
  });

  it('READERS and READERS_FILE must not both be set', () => {
    expect(problemsOf({ READERS, READERS_FILE: 'readers.json' })).toEqual([
      'READERS and READERS_FILE are both set: set one of them.',
    ]);
  });

  it('every variable that can have a bad value is refused with a message', () => {
    // Any text is a HOST, a DATA_DIR, a secret of Stream, a READERS_FILE and a CHECKPOINT_KEY_FILE as far as can be told before they are used.
    const bad = VARIABLES.filter((name) => problemsOf({ [name]: 'x' }).length > 0);
    expect(VARIABLES.filter((name) => !bad.includes(name))).toEqual([
      'DATA_DIR',
      'STREAM_WEBHOOK_SECRETS',
      'READERS_FILE',
      'LABEL_POINTERS_FILE',
      'LOCATIONS_FILE',
      'DESTINATIONS_FILE',
      'CHECKPOINT_KEY_FILE',
    ]);
  });
});

describe('a HOST that other machines can reach', () => {
  const reachable = (host: string): string => `HOST is "${host}", which other machines can reach`;
  const stream = (host: string): string =>
    `${reachable(host)}: set STREAM_WEBHOOK_SECRETS or STREAM_BEARER_TOKENS so that only Stream can post.`;
  const readers = (host: string): string =>
    `${reachable(host)}: set READERS_FILE so that not everyone can read drivers' names and phone numbers.`;

  it.each(['0.0.0.0', '::', '192.168.1.5', 'pos.example.com'])(
    'the reachable host %s needs authentication both ways',
    (HOST) => {
      expect(problemsOf({ HOST })).toEqual([stream(HOST), readers(HOST)]);
      expect(problemsOf({ HOST, STREAM_WEBHOOK_SECRETS: SECRET })).toEqual([readers(HOST)]);
      expect(problemsOf({ HOST, READERS_FILE: 'readers.json' })).toEqual([stream(HOST)]);
      expect(problemsOf({ HOST, READERS })).toEqual([stream(HOST)]);
      expect(problemsOf({ HOST, READERS, STREAM_WEBHOOK_SECRETS: SECRET })).toEqual([]);
      expect(problemsOf({ HOST, READERS, STREAM_BEARER_TOKENS: SECRET })).toEqual([]);
    },
  );
});
