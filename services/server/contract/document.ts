import { PROBLEM_MEDIA_TYPE } from '../../http/problem';

/** An OpenAPI document as it is read, to be shown to people. */

/** As much of a JSON Schema as the documents use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: string | number;
  readonly examples?: readonly unknown[];
  readonly description?: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

export interface MediaType {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, unknown>>;
}
export type Content = Readonly<Record<string, MediaType>>;

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

export interface OpenApi {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** One call of a document. */
export interface DocumentedCall {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** @returns the calls of a document in its order. */
export const callsOf = ({ paths }: OpenApi): readonly DocumentedCall[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

/** @returns codes of the problems that a call may be answered with. */
export const problemCodesOf = ({ responses }: Operation): readonly string[] =>
  Object.values(responses).flatMap(({ content = {} }) => Object.keys(content[PROBLEM_MEDIA_TYPE]?.examples ?? {}));

/** @returns answers other than problems, by status. */
export const answersOf = ({ responses }: Operation) =>
  Object.entries(responses).filter(([, { content = {} }]) => !(PROBLEM_MEDIA_TYPE in content));

/** How a form of text writes what stands out in it. */
export interface TextMarks {
  readonly text: (text: string) => string;
  readonly code: (text: string) => string;
  /** A link to the schema of a name. */
  readonly schema: (name: string) => string;
}

/** Returns whether a limit is one: a whole number without a limit of its own has that of JavaScript. */
const isBound = (bound: number | undefined): bound is number =>
  bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

/** @returns the name of the schema that a reference leads to. */
export const nameOfReference = (reference: string): string => reference.split('/').at(-1) ?? '';

/** @returns what a value of a schema is, in words. */
export function typeOf(schema: Schema, marks: TextMarks): string {
  const { $ref, type, anyOf, oneOf, items, minimum, maximum } = schema;
  const { text, code } = marks;
  if ($ref !== undefined) return marks.schema(nameOfReference($ref));
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  const either = anyOf ?? oneOf;
  if (either !== undefined) return either.map((one) => typeOf(one, marks)).join(' or ');
  if (items !== undefined) return `array of ${typeOf(items, marks)}`;
  if (schema.format === 'date-time') return 'time';
  if (type === 'integer' && isBound(minimum) && isBound(maximum)) return `${String(minimum)} to ${String(maximum)}`;
  if (typeof type === 'object') return text(type.join(' or '));
  return type === undefined ? 'any JSON value' : text(type);
}

/** Returns the object that a field holds, and that has no name of its own. */
function inlineObject(schema: Schema): Schema | null {
  if (schema.properties !== undefined) return schema;
  return (
    schema.anyOf?.find(({ properties }) => properties !== undefined) ??
    (schema.items && inlineObject(schema.items)) ??
    null
  );
}

export interface Field {
  /** Its path in the object, such as `changes[].from`. */
  readonly name: string;
  readonly schema: Schema;
  readonly isOptional: boolean;
}

/** @returns the fields of an object, and those of the objects without a name that they hold. */
export function fieldsOf({ properties = {}, required = [] }: Schema, before = ''): readonly Field[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const inner = inlineObject(schema);
    const below = schema.items === undefined ? `${before}${name}.` : `${before}${name}[].`;
    const field = { name: `${before}${name}`, schema, isOptional: !required.includes(name) };
    return [field, ...(inner === null ? [] : fieldsOf(inner, below))];
  });
}
