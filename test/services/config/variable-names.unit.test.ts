import { ConfigError, readConfig } from '../../../services/config/config';
import { VARIABLES } from '../../../services/config/environment';
import { mistypedVariables } from '../../../services/config/variable-names';

const warningFor = (name: string): string | undefined => mistypedVariables([name], VARIABLES)[0];

describe('mistyped variables', () => {
  it.each([
    ['STREAM_WEBHOOK_SECRET', 'STREAM_WEBHOOK_SECRETS'],
    ['STREAM_WEBHOOKS_SECRET', 'STREAM_WEBHOOK_SECRETS'],
    ['STEAM_WEBHOOK_SECRETS', 'STREAM_WEBHOOK_SECRETS'],
    ['STREAM_WEBHOOK_SECRETS_', 'STREAM_WEBHOOK_SECRETS'],
    ['STREAM_WEBHOOK', 'STREAM_WEBHOOK_SECRETS'],
    ['stream_webhook_secrets', 'STREAM_WEBHOOK_SECRETS'],
    ['Stream_Webhook_Secrets', 'STREAM_WEBHOOK_SECRETS'],
    ['STREAM_WEBHOOK_SECRETS_FILE', 'STREAM_WEBHOOK_SECRETS'],
    ['STREAM_BEARER_TOKEN', 'STREAM_BEARER_TOKENS'],
    ['READER', 'READERS'],
    ['READER_FILE', 'READERS_FILE'],
    ['READER_ORIGIN', 'READER_ORIGINS'],
    ['RELAY', 'RELAY_URL'],
    ['RELAY_URLS', 'RELAY_URL'],
    ['RELAY_TIMEOUT', 'RELAY_TIMEOUT_MS'],
    ['EVENT_STORE', 'EVENT_STORE_URL'],
    ['EVENTSTORE_URL', 'EVENT_STORE_URL'],
    ['QUARANTINE_ANSWERS', 'QUARANTINE_ANSWER'],
    ['RETENTION', 'RETENTION_DAYS'],
    ['RETENTION_DAY', 'RETENTION_DAYS'],
    ['ACCESS_RETENTION', 'ACCESS_RETENTION_DAYS'],
    ['CHECKPOINT_SECOND', 'CHECKPOINT_SECONDS'],
    ['CHECKPOINTS_SECONDS', 'CHECKPOINT_SECONDS'],
    ['CHECKPOINT_KEY', 'CHECKPOINT_KEY_FILE'],
  ])('the mistyped variable %s is refused, and %s is named as the likely one', (name, likely) => {
    expect(warningFor(name)).toBe(
      `${name} is not a variable of Ticket Rail: did you mean ${likely}? Rename or unset it.`,
    );
  });

  it.each(['STREAM_QUX', 'RELAY_RACE_WINNER', 'QUARANTINE_X', 'CHECKPOINT_1'])(
    'the variable %s, which begins like one of ours and is like none, is refused too',
    (name) => {
      expect(warningFor(name)).toContain(`${name} is not a variable of Ticket Rail: `);
    },
  );

  it.each([
    ...['PATH', 'HOME', 'DATA_DIRS', 'LOG_LEVELS', 'HTTP_PROXY', 'HOSTNAME', 'PORTS', 'REQUEST_TIMEOUT_S', 'NODE_ENV'],
    ...[
      'STREAM_API_KEY',
      'STREAM_API_SECRET',
      'STREAM_APP_ID',
      'STREAM_CLIENT_ID',
      'UPSTREAM_URL',
      'DOWNSTREAM_SECRETS',
    ],
    ...['RELAY_SERVICE_HOST', 'RELAY_SERVICE_PORT', 'RELAY_SERVICE_PORT_HTTP', 'EVENT_STORE_PORT_2113_TCP_ADDR'],
    ...['RELAY_PORT', 'RELAY_PORT_80_TCP', 'EVENT_STORE_SERVICE_HOST', 'READER_NAME', 'RELAY_ENV_NODE_VERSION'],
    ...[
      'EVENTSTORE_CLUSTER_SIZE',
      'EVENTSTORE_TEST_URL',
      'KURRENTDB_CONNECTION',
      'READLINE',
      'RELAYHOST',
      'CHECKPOINTING',
    ],
  ])('the variable %s belongs to somebody else, and is left alone', (name) => {
    expect(warningFor(name)).toBeUndefined();
  });

  it('no variable of ours is taken for a mistyped one', () => {
    expect(mistypedVariables(VARIABLES, VARIABLES)).toEqual([]);
  });

  it('a mistyped variable stops the start beside other faults, and its value is not shown', () => {
    const read = (): unknown => readConfig({ STREAM_WEBHOOK_SECRET: 'a-very-secret-value', PORT: 'x' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/did you mean STREAM_WEBHOOK_SECRETS\?(?:.|\n)*PORT is "x"/);
    expect(read).not.toThrow(/a-very-secret-value/);
    expect(readConfig({ STREAM_WEBHOOK_SECRET: '' }).webhookSecrets).toEqual([]);
    expect(() => readConfig({ READER_TOKENS: 'x' })).toThrow(
      /^The configuration cannot be used:\n {2}READER_TOKENS is not read any more[^\n]*$/,
    );
  });
});
