import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import { WORD_LISTS } from '../../../../schemas/words/word-lists';
import { EXAMPLES, orderPath, parseExample, update } from '../../../support/deliveries';
import {
  type Answer,
  asWhoMay,
  discard,
  type RunningService,
  sign,
  startService,
} from '../../../support/running-service';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required?: boolean;
  readonly schema: object;
}
type MediaTypes = Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>;
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: MediaTypes };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: MediaTypes }>>;
}
interface Document {
  readonly openapi: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

const DOCUMENT_ID = 'https://ticket-rail.test/openapi.json';

let service: RunningService;
let document: Document;
/** Knows the document, and compiles each of its schemas once. */
let ajv: Ajv2020;
beforeAll(async () => {
  service = await startService();
  document = (await service.call('/openapi.json')).json as Document;
  // Not strict: around its schemas, the document has keywords of OpenAPI.
  ajv = new Ajv2020({ allErrors: true, strict: false, formats: { 'date-time': true } });
  ajv.addSchema(document, DOCUMENT_ID);
});
afterAll(() => discard(service));

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

/** Every value of a document beside the JSON pointer to it. */
function* valuesOf(value: unknown, pointer = ''): Generator<readonly [string, unknown]> {
  yield [pointer, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    yield* valuesOf(member, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

/** Compiles the schema that a pointer into the document names. */
const validatorOf = (pointer: string) => ajv.compile({ $ref: `${DOCUMENT_ID}#${encodeURI(pointer)}` });

describe('OpenAPI document', () => {
  it('the OpenAPI document is OpenAPI 3.1 with all required members', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    expect(document.info).toMatchObject({
      title: expect.any(String) as unknown,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
    });
    const allowed = [
      ...['openapi', 'info', 'jsonSchemaDialect', 'servers', 'paths', 'webhooks', 'components', 'security', 'tags'],
      'externalDocs',
    ];
    expect(Object.keys(document).filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it('the OpenAPI document names its components as OpenAPI allows', () => {
    const names = Object.values(document.components).flatMap((map) => Object.keys(map));
    expect(names.filter((name) => !/^[a-zA-Z0-9._-]+$/.test(name))).toEqual([]);
  });

  it('the OpenAPI document has no unresolved reference', () => {
    const places = new Map(valuesOf(document));
    const dangling = [...places]
      .filter(([pointer]) => pointer.endsWith('/$ref'))
      .map(([, target]) => String(target))
      .filter((target) => !target.startsWith('#/') || !places.has(decodeURI(target.slice(1))));
    expect([...new Set(dangling)]).toEqual([]);
  });

  it('the OpenAPI document describes complete operations with unique names', () => {
    const ids = operationsOf(document).map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = document.tags.map(({ name }) => name);
    const schemes = Object.keys(document.components.securitySchemes);
    for (const { path, operation } of operationsOf(document)) {
      expect(operation.summary.length).toBeGreaterThan(0);
      expect(operation.tags.filter((tag) => !tags.includes(tag))).toEqual([]);
      const required = (operation.security ?? []).flatMap((one) => Object.keys(one));
      expect(required.filter((name) => !schemes.includes(name))).toEqual([]);
      const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual(inPath);
      expect(declared.every(({ required }) => required === true)).toBe(true);
      const names = (operation.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(new Set(names).size).toBe(names.length);
      expect(Object.keys(operation.responses).filter((status) => !/^[1-5]\d\d$/.test(status))).toEqual([]);
      expect(Object.values(operation.responses).every(({ description }) => description.length > 0)).toBe(true);
    }
  });

  it('the OpenAPI document has only valid schemas', () => {
    const ajv = new Ajv2020({ strict: false });
    const broken = [...valuesOf(document)].filter(
      ([pointer, value]) => pointer.endsWith('/schema') && ajv.validateSchema(value as object) !== true,
    );
    expect(broken).toEqual([]);
    const components = Object.entries(document.components.schemas);
    expect(components.filter(([, schema]) => ajv.validateSchema(schema) !== true)).toEqual([]);
  });

  it('the OpenAPI document has only schemas that compile', () => {
    const unusable = Object.keys(document.components.schemas).filter((name) => {
      try {
        validatorOf(`/components/schemas/${name}`);
        return false;
      } catch {
        return true;
      }
    });
    expect(unusable).toEqual([]);
  });

  it('the OpenAPI document has exactly the operations of the service', () => {
    /** What only browsers look at. */
    const isPage = (path: string): boolean =>
      /^\/(?:$|docs|screens|audit(?!\/(?:orders|choices))|login|logout|pair$|verifier)/.test(path);
    const root = join(__dirname, '..', '..', '..', '..', 'services');
    const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.startsWith('sandbox/')) // a process of its own
      .map((name) => readFileSync(join(root, name), 'utf8'));
    const found = (pattern: RegExp) => sources.flatMap((source) => [...source.matchAll(pattern)]);
    const routes = found(/\bmethod: '(\w+)',\s*path: '(\/[^']*)'/g)
      .filter(([, , path = '']) => !isPage(path))
      .map(([, method, path]) => `${String(method)} ${String(path)}`);
    const undescribed = found(/\b\w+\.(?:get|post|put|patch|delete|options)\(\s*'(\/[^']*)'/g).map(([, path]) => path);
    expect(undescribed.filter((path = '') => !isPage(path))).toEqual([]);
    expect(routes.length).toBeGreaterThan(8);
    expect(
      operationsOf(document)
        .map(({ path, method }) => `${method} ${path}`)
        .sort(),
    ).toEqual([...routes].sort());
  });

  it('the OpenAPI document says for every operation what happens without a token, except for public ones', () => {
    const open = operationsOf(document)
      .filter(({ operation }) => operation.responses['401'] === undefined)
      .map(({ path }) => path);
    expect([...new Set(open)].sort()).toEqual([
      '/asyncapi.json',
      '/handle-order',
      '/healthz',
      '/openapi-3.0.json',
      '/openapi.json',
      '/pairings',
      '/pairings/session',
      '/readyz',
    ]);
  });

  it.each(EXAMPLES.map(({ name, bytes }) => [name, bytes] as const))(
    'the schema OrderUpdated of the OpenAPI document accepts the example %s',
    (_name, bytes) => {
      const validate = validatorOf('/components/schemas/OrderUpdated');
      expect({ valid: validate(parseExample(bytes)), errors: validate.errors }).toEqual({ valid: true, errors: null });
    },
  );

  it('the example in the OpenAPI document is valid against its own schema', () => {
    const { content = {} } = document.paths['/handle-order']?.['post']?.requestBody ?? {};
    const validate = validatorOf('/paths/~1handle-order/post/requestBody/content/application~1json/schema');
    expect(validate(content['application/json']?.example)).toBe(true);
    expect(validate(update({}, { status: 7 }))).toBe(false);
  });
});

describe('real answers', () => {
  /** Expects the answer to be documented, with its media type and a schema that it matches. */
  function expectDocumented(method: string, path: string, { status, headers, json, text }: Answer): void {
    const response = document.paths[path]?.[method]?.responses[String(status)];
    expect({ method, path, status, documented: response !== undefined }).toEqual({
      method,
      path,
      status,
      documented: true,
    });
    if (response?.content === undefined) {
      expect(text).toBe('');
      return;
    }
    const mediaType = headers['content-type']?.split(';')[0] ?? '';
    expect(Object.keys(response.content)).toContain(mediaType);
    const token = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
    const validate = validatorOf(
      `/paths/${token(path)}/${method}/responses/${String(status)}/content/${token(mediaType)}/schema`,
    );
    const valid = validate(json ?? text);
    expect({ method, path, status, valid, errors: validate.errors }).toEqual({
      method,
      path,
      status,
      valid: true,
      errors: null,
    });
  }

  const ORDER = '/locations/{location_id}/orders/{order_id}';
  const about = { location_id: 'api', order_id: 'of/it' };
  /** Without any authentication. */
  let open: RunningService;
  beforeAll(async () => {
    open = await startService({ STREAM_WEBHOOK_SECRETS: '', READERS: '' });
    for (const { bytes } of EXAMPLES) {
      const { type, object } = parseExample(bytes);
      await service.deliver({ type, object: { ...object, ...about } });
    }
    await service.post('{"type":7}');
  });
  afterAll(() => discard(open));

  it.each<[number, () => Promise<Answer>]>([
    [200, () => service.deliver(update(about, { n: 1 }))],
    [200, () => service.deliver(update(about, { n: 1 }))],
    [202, () => service.post('not JSON')],
    [401, () => service.post('{}', { 'X-Stream-Signature': sign('x') })],
    [413, () => service.post('x'.repeat(300_000))],
    [200, () => service.post('{}')],
    [202, () => service.post('[]', { 'Content-Type': 'text/plain' })],
  ])('the answer %i of Handle Order is as documented (case %#)', async (status, send) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    expectDocumented('post', '/handle-order', answer);
  });

  it('the answer to a GET of Handle Order is as documented', async () => {
    expectDocumented('get', '/handle-order', await service.call('/handle-order'));
  });

  it('the answer of Handle Order without authentication is as documented', async () => {
    const answer = await open.post('{"type":"order.created"}');
    expect(answer.status).toBe(422);
    expectDocumented('post', '/handle-order', answer);
  });

  it('the answer to a call under a foreign host name is as documented', async () => {
    const headers = { Host: 'evil.example' };
    const posted = await open.post('{}', headers);
    const read = await open.call('/locations/l/orders', { headers });
    expect([posted.status, read.status]).toEqual([421, 421]);
    expectDocumented('post', '/handle-order', posted);
    expectDocumented('get', '/locations/{location_id}/orders', read);
  });

  it.each<[string, string, number, string]>([
    ['/locations/{location_id}/orders', '/locations/api/orders', 200, 'get'],
    ['/locations/{location_id}/orders', '/locations/api/orders?limit=x', 400, 'get'],
    [ORDER, orderPath(about), 200, 'get'],
    [ORDER, orderPath(about, '?at_revision=3'), 200, 'get'],
    [ORDER, orderPath(about, '?at_revision=x'), 400, 'get'],
    [ORDER, orderPath(about, '?at_revision=3000'), 404, 'get'],
    [ORDER, '/locations/api/orders/none', 404, 'get'],
    [ORDER, orderPath(about, '?min_revision=3000'), 503, 'get'],
    [`${ORDER}/history`, orderPath(about, '/history'), 200, 'get'],
    [`${ORDER}/history`, orderPath(about, '/history?after=x'), 400, 'get'],
    [`${ORDER}/history`, '/locations/api/orders/none/history', 404, 'get'],
    [`${ORDER}/evidence`, orderPath(about, '/evidence'), 200, 'get'],
    [`${ORDER}/evidence`, orderPath(about, '/evidence?contacts=x'), 400, 'get'],
    [`${ORDER}/evidence`, '/locations/api/orders/none/evidence', 404, 'get'],
    [`${ORDER}/summary`, orderPath(about, '/summary'), 200, 'get'],
    [`${ORDER}/summary`, orderPath(about, '/summary?time_zone=x'), 400, 'get'],
    [`${ORDER}/summary`, '/locations/api/orders/none/summary', 404, 'get'],
    ['/quarantine', '/quarantine', 200, 'get'],
    ['/quarantine', '/quarantine?limit=1000', 400, 'get'],
    ['/quarantine/{quarantine_id}', '/quarantine/0', 200, 'get'],
    ['/quarantine/{quarantine_id}', '/quarantine/9999', 404, 'get'],
    ['/quarantine/{quarantine_id}/redrive', '/quarantine/0/redrive', 422, 'post'],
    ['/quarantine/{quarantine_id}/redrive', '/quarantine/9999/redrive', 404, 'post'],
    ['/relays', '/relays', 200, 'get'],
    ['/relays', '/relays?limit=0', 400, 'get'],
    ['/audit/orders', '/audit/orders?location_id=api&driver=jane', 200, 'get'],
    ['/audit/orders', '/audit/orders?verdict=wrong', 400, 'get'],
    ['/audit/choices', '/audit/choices?location_id=api', 200, 'get'],
    ['/audit/choices', '/audit/choices?driver=jane', 400, 'get'],
    ['/coverage', '/coverage?location_id=api', 200, 'get'],
    ['/coverage', '/coverage?from=x', 400, 'get'],
    ['/access', '/access', 200, 'get'],
    ['/access', '/access?limit=0', 400, 'get'],
    ['/session', '/session', 200, 'get'],
    ['/healthz', '/healthz', 200, 'get'],
    ['/readyz', '/readyz', 200, 'get'],
    ['/metrics', '/metrics', 200, 'get'],
  ])('the answer of %s to %s is as documented: %i', async (path, address, status, method) => {
    const asked = { method: method.toUpperCase(), headers: asWhoMay(address) };
    const answer = await (status === 503 ? service.once(address, asked) : service.call(address, asked));
    expect(answer.status).toBe(status);
    expectDocumented(method, path, answer);
  });

  it('the answer to a call without a token is as documented for every operation that needs one', async () => {
    for (const { path, method, operation } of operationsOf(document)) {
      if (operation.responses['401'] === undefined) continue;
      const answer = await service.call(path.replace(/\{\w+\}/g, '0'), { method: method.toUpperCase() });
      expect({ path, status: answer.status }).toEqual({ path, status: 401 });
      expectDocumented(method, path, answer);
    }
  });

  it('the answer that nothing has changed is as documented', async () => {
    const { headers } = await service.get(orderPath(about));
    const answer = await service.get(orderPath(about), { 'If-None-Match': headers.etag ?? '' });
    expect(answer.status).toBe(304);
    expectDocumented('get', ORDER, answer);
  });
});

describe('API page for people', () => {
  it('the API page is HTML without scripts, and its styles load without a token and within its security policy', async () => {
    const page = await service.call('/docs');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self'/);
    expect(page.text).not.toMatch(/<script|<style|style="/);
    const assets = [...page.text.matchAll(/(?:src|href)="(\/screens\/assets\/[^"]+)"/g)].map(([, one = '']) => one);
    expect(assets.length).toBeGreaterThan(2);
    for (const asset of assets) {
      const { status, headers, text } = await service.call(asset);
      expect({ asset, status }).toEqual({ asset, status: 200 });
      expect(headers['content-type']).toMatch(asset.endsWith('.css') ? /css/ : /^image\//);
      expect(text.length).toBeGreaterThan(0);
    }
  });

  it('the API page shows every call with its address and four samples, and every object', async () => {
    const { text } = await service.call('/docs');
    for (const { method, path, operation } of operationsOf(document)) {
      const [section = ''] =
        new RegExp(`<section class="call" id="${operation.operationId}">[\\s\\S]*?</section>`).exec(text) ?? [];
      expect(section).toContain(`<b>${method.toUpperCase()}</b> ${path}`);
      expect([...section.matchAll(/<summary>([^<]+)/g)].map(([, language]) => language)).toEqual([
        ...['curl', 'TypeScript', 'C#', 'PHP'],
      ]);
    }
    const objects = [...text.matchAll(/<section id="object-(\w+)"/g)].map(([, name]) => name);
    expect(objects).toEqual(Object.keys(document.components.schemas));
  });

  it('the API page says what each word of an order means', async () => {
    const { text } = await service.call('/docs');
    for (const { id, words } of WORD_LISTS) {
      const [section = ''] = new RegExp(`<section id="${id}">[\\s\\S]*?</section>`).exec(text) ?? [];
      expect([...section.matchAll(/<th scope="row"><code>(\w+)/g)].map(([, word]) => word)).toEqual(
        words.map(([word]) => word),
      );
    }
  });

  it('the header of the API page leads to pages that speak as its address says, if it says so', async () => {
    const linksOf = async (query: string): Promise<readonly string[]> => {
      const { text } = await service.call(`/docs${query}`);
      const [header = ''] = /<nav.*?<\/nav>/s.exec(text) ?? [];
      return [...header.matchAll(/href="([^"]+)"/g)].map(([, target = '']) => target);
    };
    const plain = await linksOf('');
    expect(plain).toContain('/audit');
    expect(await linksOf('?lang=es-MX')).toEqual(plain.map((target) => `${target}?lang=es`));
    expect(await linksOf('?lang=%22%3E')).toEqual(plain.map((target) => `${target}?lang=en`));
    expect(await linksOf('?lang=')).toEqual(plain);
  });

  it('every link of the API page leads to a place of the page or to a page of the service', async () => {
    const { text } = await service.call('/docs');
    const targets = [...text.matchAll(/href="([^"]+)"/g)].map(([, target = '']) => target);
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const within = [...new Set(targets.filter((target) => target.startsWith('#')))];
    expect(within.length).toBeGreaterThan(80);
    expect(within.filter((target) => !ids.includes(target.slice(1)))).toEqual([]);
    const beyond = [...new Set(targets.filter((target) => !target.startsWith('#')))];
    for (const target of beyond) expect([target, (await service.get(target)).status]).toEqual([target, 200]);
  });
});
