import { isJsonObject } from '../../../schemas/json/json-object';
import type { Json } from './openapi';

/** An OpenAPI 3.1 document as 3.0.3 would say it, whose schemas are an older form of JSON Schema. */

const NULL = 'null';
const isNull = (schema: unknown): boolean => isJsonObject(schema) && schema['type'] === NULL;

/** What 3.0 cannot say, and a client of 3.0 need not know. */
const UNSAYABLE: ReadonlySet<string> = new Set(['propertyNames', '$schema', 'prefixItems']);

/** Null alone: `nullable` counts only beside a type. */
const NULL_30 = { type: 'object', nullable: true, enum: [null] };

/** Returns several forms as 3.0 says them; null beside one other is a flag. */
function alternatives(keyword: 'anyOf' | 'oneOf', forms: readonly unknown[]): Json {
  const others = forms.filter((one) => !isNull(one)).map(schema30);
  if (others.length === forms.length) return { [keyword]: others };
  const [only] = others;
  if (only === undefined || others.length > 1) return { [keyword]: [...others, NULL_30] };
  // Beside a reference, 3.0 reads nothing. What has a name is an object.
  return '$ref' in only ? { type: 'object', allOf: [only], nullable: true } : { ...only, nullable: true };
}

function types(type: readonly unknown[]): Json {
  const others = type.filter((one) => one !== NULL);
  const isNullable = others.length < type.length;
  if (others.length === 1) return { type: others[0], ...(isNullable ? { nullable: true } : {}) };
  const forms = others.map((one) => (one === 'array' ? { type: one, items: {} } : { type: one }));
  return { anyOf: isNullable ? [...forms, NULL_30] : forms };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const objectOf = (value: unknown): Json => (isJsonObject(value) ? value : {});

/** Returns one keyword of a schema as one or more of 3.0. */
function keyword30(key: string, value: unknown): Json {
  switch (key) {
    case 'const':
      return { enum: [value] };
    case 'examples':
      return Array.isArray(value) ? { example: value[0] as unknown } : {};
    case 'exclusiveMinimum':
      return { minimum: value, exclusiveMinimum: true };
    case 'exclusiveMaximum':
      return { maximum: value, exclusiveMaximum: true };
    case 'type':
      if (Array.isArray(value)) return types(value);
      return value === NULL ? NULL_30 : { type: value };
    case 'anyOf':
    case 'oneOf':
      return alternatives(key, listOf(value));
    case 'allOf':
      return { allOf: listOf(value).map(schema30) };
    case 'properties':
      return { properties: schemas30(objectOf(value)) };
    case 'items':
    case 'not':
    case 'additionalProperties':
      return { [key]: isJsonObject(value) ? schema30(value) : value };
    default:
      return UNSAYABLE.has(key) ? {} : { [key]: value };
  }
}

/** @returns a schema of 3.1 as one of 3.0. */
function schema30(schema: unknown): Json {
  if (!isJsonObject(schema)) return {};
  const { $ref, ...members } = schema;
  // Of a list whose items have a form each, 3.0 can only say how many there are.
  const others = 'prefixItems' in members ? { ...members, items: {} } : members;
  if ($ref !== undefined && Object.keys(others).length === 0) return { $ref };
  const said = Object.assign({}, ...Object.entries(others).map(([key, value]) => keyword30(key, value))) as Json; // of JSON, JSON
  return $ref === undefined ? said : { allOf: [{ $ref }], ...said };
}

const schemas30 = (schemas: Json): Json =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schema30(schema)]));

/** Values of others, in which nothing is a schema. */
const VALUES: ReadonlySet<string> = new Set(['example', 'examples']);

/** Returns all of a document that is around its schemas. */
function around(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(around);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (VALUES.has(key)) return [key, member];
      if (key === 'schema') return [key, schema30(member)];
      if (key === 'schemas') return [key, schemas30(objectOf(member))];
      return [key, around(member)];
    }),
  );
}

/** @returns a document of OpenAPI 3.1 as OpenAPI 3.0.3. */
export function openApi30(document: Json): Json {
  const older = objectOf(around(document));
  const { license, ...info } = objectOf(older['info']);
  const { name } = objectOf(license);
  return {
    ...older,
    openapi: '3.0.3',
    info: { ...info, license: { name, url: 'https://opensource.org/license/mit' } },
  };
}
