import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';

import fc from 'fast-check';

import { isEventStoreError } from '../../../../services/event-store/event-store';
import { maskUrl, parseConnectionUrl } from '../../../../services/event-store/eventstoredb/connection-url';
import { until } from '../../../support/patience';
import { openEventStoreDb } from '../../../../services/event-store/eventstoredb/eventstoredb-store';

const COMPILED = join(__dirname, '../../../../dist/services/event-store/eventstoredb/eventstoredb-store.js');

function problemOf(url: string): string {
  try {
    openEventStoreDb({ url });
  } catch (error) {
    if (isEventStoreError(error, 'invalid')) return error.message;
    throw error;
  }
  throw new Error(`${url} was taken`);
}

describe('connection strings', () => {
  it.each([
    [
      'esdb://localhost',
      { hosts: [{ address: 'localhost', port: 2113 }], discover: false, tls: true, credentials: null },
    ],
    ['esdb://localhost:1?tls=false', { hosts: [{ address: 'localhost', port: 1 }], tls: false }],
    ['esdb://a:1,b:2,c/', { hosts: [{ address: 'a' }, { address: 'b', port: 2 }, { address: 'c', port: 2113 }] }],
    ['esdb://[::1]:2113', { hosts: [{ address: '[::1]', port: 2113 }] }],
    ['esdb+discover://db.example.com:2113', { discover: true }],
    ['esdb://admin:ch%40nge:it@host', { credentials: { username: 'admin', password: 'ch@nge:it' } }],
    ...['kurrentdb', 'kdb', 'KurrentDB'].flatMap((scheme): [string, object][] => [
      [`${scheme}://localhost`, { hosts: [{ address: 'localhost', port: 2113 }], discover: false, tls: true }],
      [`${scheme}+discover://localhost?tls=false`, { discover: true, tls: false }],
    ]),
    [' \tesdb://host?tls=false\n', { hosts: [{ address: 'host' }], tls: false }],
    ['esdb://host:65535', { hosts: [{ address: 'host', port: 65_535 }] }],
    ['esdb://host?tls=False', { tls: false }],
    ['esdb://host?TLS=FALSE', { tls: false }],
    ['esdb://host?Tls=True&TlsVerifyCert=TRUE', { tls: true }],
    ['esdb://host?nodePreference=Leader', { discover: false }],
    ['esdb://host?keepAliveInterval=-1&keep-alive-timeout=20000', { keepAliveInterval: -1, keepAliveTimeout: 20_000 }],
    [
      'esdb://host?gossipTimeout=1&maxDiscoverAttempts=2&discoveryInterval=3',
      { gossipTimeout: 1, discoveryInterval: 3 },
    ],
    ['esdb://host?connectionName=till%201', { connectionName: 'till 1' }],
    ['esdb://host?defaultDeadline=1&throwOnAppendFailure=false&tlsVerifyCert=true', { tls: true }],
  ])('the connection string %s is parsed', (url, settings) => {
    expect(parseConnectionUrl(url)).toMatchObject(settings);
  });

  it.each([
    ['', 'must start with esdb://'],
    ['http://localhost:2113', 'must start with esdb://'],
    ['esdb://', 'each host must be'],
    ['esdb://host:port', 'each host must be'],
    ['esdb://host:1:2', 'each host must be'],
    ['esdb://host:65536', 'port 65536 must be a number from 1 to 65535'],
    ['esdb://host:0', 'port 0 must be a number from 1 to 65535'],
    ['esdb://a,b:123456789', 'port 123456789 must be'],
    ['eventstore://localhost', 'kurrentdb:// or kdb://'],
    ['esdb://host name', 'each host must be'],
    ['esdb://user@host', 'credentials must be user:password'],
    ['esdb://user:%zz@host', 'percent-encoded'],
    ['esdb://host?colour=red', 'unknown option "colour"'],
    ['esdb://host?tls=no', 'option tls must be true or false'],
    ['esdb://host?keepAliveInterval=-2', 'option keepaliveinterval must be a whole number from -1'],
    ['esdb://host?nodePreference=follower', 'option nodepreference must be leader'],
    ['esdb://host?tlsVerifyCert=false', 'tlsCAFile'],
    [
      'esdb://host?tlsCAFile=/does/not/exist.pem',
      'file /does/not/exist.pem, named by tlsCAFile in the connection string, cannot be read (ENOENT)',
    ],
    [`esdb://host?tlsCAFile=${__filename}`, 'does not begin with a certificate in PEM'],
    ['esdb://host?userCertFile=/does/not/exist.pem', 'both userCertFile and userKeyFile'],
  ])('the connection string %p is refused because of: %s', (url, problem) => {
    expect(problemOf(url)).toContain(problem);
  });

  it.each([
    ['esdb://admin:secret@host:1?tls=false', 'esdb://***@host:1?tls=false'],
    ['esdb://admin:sec@ret@host', 'esdb://***@host'],
    ['esdb://admin:sec/ret?x@host', 'esdb://***@host'],
    ['admin:secret@host', '***@host'],
    ['esdb://host:2113', 'esdb://host:2113'],
  ])('the connection string %s is shown as %s', (url, masked) => {
    expect(maskUrl(url)).toBe(masked);
  });

  it('a connection string is never shown with its password, however it is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('?', ':port?', '?tls=no'), (noise, end) => {
        const url = `esdb://admin:${noise}hunter2${noise}@host${end}`;
        expect(maskUrl(url)).not.toContain('hunter2');
        expect(problemOf(`${url}&colour=red`)).not.toContain('hunter2');
      }),
    );
  });

  it.each([
    ['node', null, 'is signed by an authority that this machine does not know: name the file'],
    ['node', 'other-authority', /is not signed by the authority in \S+other-authority\.pem, which tlsCAFile names$/],
    ['expired', 'authority', /certificate has expired, its own or that in \S+authority\.pem, which tlsCAFile names$/],
    ['other-name', 'authority', /is for other names than the host in the connection string \(.*127\.0\.0\.1.*\)/],
  ])(
    'the certificate %s of EventStoreDB, seen with the authority %s, is refused with what is wrong and what to do',
    async (certificate, authority, problem) => {
      const pem = (name: string): string => join(__dirname, '../../../cases/tls', `${name}.pem`);
      const server = createServer({ key: readFileSync(pem('node-key')), cert: readFileSync(pem(certificate)) });
      server.on('tlsClientError', () => undefined); // the client leaves
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const { port } = server.address() as AddressInfo;
      const tlsCaFile = authority === null ? '' : `?tlsCAFile=${encodeURIComponent(pem(authority))}`;
      const reported: string[] = [];
      const store = openEventStoreDb({
        url: `esdb://127.0.0.1:${String(port)}${tlsCaFile}`,
        timeoutMs: 1_000,
        onInterrupted: ({ message }) => reported.push(message),
      });
      const following = store.subscribe({ after: 'start' })[Symbol.asyncIterator]();
      const batch = following.next();
      try {
        // On a busy machine the first report may be that there was no answer in time.
        const isReported = (): boolean => reported.some((message) => new RegExp(problem).test(message));
        await until('the problem to be reported', isReported);
        expect(isReported()).toBe(true);
        await following.return?.();
        await batch;
      } finally {
        await store.close();
        server.close();
      }
    },
  );

  it('the password of a connection string stays out of all output, even with DEBUG set', async () => {
    if (!existsSync(COMPILED)) throw new Error(`${COMPILED} is not there: run npm run build`);
    const script = `
      const { openEventStoreDb } = require(${JSON.stringify(COMPILED)});
      const show = (error) => console.error(error);
      for (const end of ['', '?colour=red', '?tlsVerifyCert=false', '?keepAliveInterval=1', '?tls=false']) {
        try {
          const store = openEventStoreDb({ url: 'esdb://admin:hunter2@127.0.0.1:1' + end, timeoutMs: 300, onInterrupted: show });
          const event = { id: '6f6e6c79-0000-4000-8000-000000000000', type: 't', data: 1 };
          (async () => {
            await store.append('order-1', [event], 'no_stream').catch(show);
            for await (const _ of store.readStream('order-1')) break;
          })().catch(show).then(() => store.close());
          (async () => { for await (const _ of store.subscribe({ after: 'start' })) break; })().catch(show);
        } catch (error) { show(error); }
      }`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], {
      env: { ...process.env, DEBUG: '*', GRPC_VERBOSITY: 'DEBUG', GRPC_TRACE: 'channel,connectivity_state' },
      maxBuffer: 2 ** 26,
    });
    expect(stderr).toContain('esdb:');
    expect(stderr).toContain('unknown option');
    for (const output of [stdout, stderr]) {
      expect(output).not.toContain('hunter2');
      expect(output).not.toContain(Buffer.from('admin:hunter2').toString('base64'));
    }
  });
});
