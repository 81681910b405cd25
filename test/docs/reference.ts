import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { createProgram } from '../../services/commands/program';
import { describeVariables } from '../../services/config/environment';
import { version } from '../../services/config/version';
import { createMetrics } from '../../services/operations/metrics';
import { openApiDocument } from '../../services/server/contract/openapi';
import type { GeneratedDocument } from './generated';
import { wrapped } from './wrapped';

/**
 * The parts of docs/reference/ that are made from the code. What people write stands around them; what is made stands
 * between `<!-- generated: NAME -->` and `<!-- end generated -->`.
 */

const BLOCK = /(<!-- generated: ([^>]+) -->\n)[\s\S]*?(<!-- end generated -->)/g;

/**
 * Puts each text between the markers of its name.
 * @throws {Error} if a name of the document has no text, or a text has not exactly one place in the document
 */
export function withGenerated(document: string, texts: ReadonlyMap<string, string>): string {
  const placed: string[] = [];
  const written = document.replaceAll(BLOCK, (_block, begin: string, name: string, end: string) => {
    const text = texts.get(name);
    if (text === undefined) throw new Error(`There is nothing to generate for ${name}.`);
    placed.push(name);
    return `${begin}\n${text.trim()}\n\n${end}`;
  });
  const missing = [...texts.keys()].filter((name) => placed.filter((one) => one === name).length !== 1);
  if (missing.length > 0) throw new Error(`These need one pair of markers each: ${missing.join(', ')}.`);
  return written;
}

/** A cell of a table: one line, and no `|` that would end it. */
const cell = (text: string): string => text.replaceAll('\n', ' ').replaceAll('|', '\\|').trim();

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

// ---------------------------------------------------------------------------------------------------- configuration

const configuration = (): ReadonlyMap<string, string> =>
  new Map([
    [
      'variables',
      table(
        ['variable', 'default', 'values', 'meaning'],
        describeVariables().map(({ name, preset, values, description }) => [
          `\`${name}\``,
          preset === '' ? '(unset)' : `\`${preset}\``,
          values,
          description,
        ]),
      ),
    ],
  ]);

// ---------------------------------------------------------------------------------------------------------- metrics

interface Metric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
}

/** @returns every metric that `GET /metrics` exposes, in its order. */
export async function exposedMetrics(): Promise<readonly Metric[]> {
  const metrics = createMetrics({
    now: () => 0,
    queueDepth: () => 0,
    projectionLagSeconds: () => 0,
    live: { clients: 0, sent: 0, dropped: 0 },
  });
  metrics.observeFeed({ counts: { waiting: 0, items: 0 }, lags: () => Promise.resolve([]) });
  const { text } = await metrics.expose();
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  return [...text.matchAll(/^# HELP (\S+) (.+)$/gm)].map(([, name = '', help = '']) => ({
    name,
    help,
    type: types.get(name) ?? '',
  }));
}

/** What the names of our own metrics begin with. */
export const OWN_METRICS = 'ticket_rail_';

/** Those of the process and of Node.js differ from platform to platform, so only our own are written. */
const metricTables = async (): Promise<ReadonlyMap<string, string>> =>
  new Map([
    [
      'metrics',
      table(
        ['metric', 'type', 'meaning'],
        (await exposedMetrics())
          .filter(({ name }) => name.startsWith(OWN_METRICS))
          .map(({ name, type, help }) => [`\`${name}\``, type, help]),
      ),
    ],
  ]);

// --------------------------------------------------------------------------------------------------------- commands

/** Columns of the help as it is documented. */
const HELP_WIDTH = 100;

/** @returns the help that a command prints, its additions included. */
function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
    getOutHelpWidth: () => HELP_WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return help.trim();
}

/** @returns each command under its full name, such as `ticket-rail reader add`. */
export function commandsOf(command: Command, before = ''): ReadonlyMap<string, Command> {
  const name = `${before}${command.name()}`;
  return new Map([[name, command], ...command.commands.flatMap((one) => [...commandsOf(one, `${name} `)])]);
}

const commandHelp = (): ReadonlyMap<string, string> =>
  new Map([...commandsOf(createProgram())].map(([name, command]) => [name, `\`\`\`text\n${helpOf(command)}\n\`\`\``]));

// ------------------------------------------------------------------------------------------------------------- calls

/** As much of a JSON Schema as the OpenAPI document uses. */
interface Schema {
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
  readonly description?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

type Content = Readonly<
  Record<string, { readonly schema: Schema; readonly examples?: Readonly<Record<string, unknown>> }>
>;

interface Operation {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

interface OpenApi {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** A whole number without a limit of its own has that of JavaScript. */
const isBound = (bound: number | undefined): bound is number =>
  bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

const code = (text: string): string => `\`${text}\``;

/** @returns what a value of a schema is, in words. */
function typeOf(schema: Schema): string {
  const { $ref, type, anyOf, oneOf, items, minimum, maximum } = schema;
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) ?? '';
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  const either = anyOf ?? oneOf;
  if (either !== undefined) return either.map(typeOf).join(' or ');
  if (items !== undefined) return `array of ${typeOf(items)}`;
  if (schema.format === 'date-time') return 'time';
  if (type === 'integer' && isBound(minimum) && isBound(maximum)) return `${String(minimum)} to ${String(maximum)}`;
  if (typeof type === 'object') return type.join(' or ');
  return type ?? 'any JSON value';
}

/** An object that a field holds, and that has no name of its own. */
function inlineObject(schema: Schema): Schema | null {
  if (schema.properties !== undefined) return schema;
  return (
    schema.anyOf?.find(({ properties }) => properties !== undefined) ??
    (schema.items && inlineObject(schema.items)) ??
    null
  );
}

function fieldRows({ properties = {}, required = [] }: Schema, before = ''): string[][] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const inner = inlineObject(schema);
    const below = schema.items === undefined ? `${before}${name}.` : `${before}${name}[].`;
    return [
      [
        code(`${before}${name}`),
        typeOf(schema),
        [required.includes(name) ? '' : 'optional', schema.description ?? ''].filter(Boolean).join('; '),
      ],
      ...(inner === null ? [] : fieldRows(inner, below)),
    ];
  });
}

const PROBLEM = 'application/problem+json';

/** Codes of the problems that a call may be answered with. */
const problemsOf = ({ responses }: Operation): string[] =>
  Object.values(responses).flatMap(({ content = {} }) => Object.keys(content[PROBLEM]?.examples ?? {}));

/** Answers other than problems, which docs/reference/errors.md lists. */
function answerRows({ responses }: Operation): string[][] {
  return Object.entries(responses)
    .filter(([, { content = {} }]) => !(PROBLEM in content))
    .map(([status, { description, content = {} }]) => [
      status,
      Object.entries(content)
        .map(([type, { schema }]) => (type === 'application/json' ? typeOf(schema) : code(type)))
        .join(' or '),
      description,
    ]);
}

const parameterRows = ({ parameters = [] }: Operation): string[][] =>
  parameters.map(({ name, in: where, required, description = '', schema }) => [
    code(name),
    required ? `${where}, required` : where,
    typeOf(schema),
    [description, schema.default === undefined ? '' : `default: ${String(schema.default)}`].filter(Boolean).join('; '),
  ]);

function operationText(call: string, operation: Operation): string {
  const { summary, description, requestBody } = operation;
  const parameters = parameterRows(operation);
  const body = requestBody?.content['application/json']?.schema;
  return [
    `#### \`${call}\``,
    wrapped(
      [summary, description]
        .filter(Boolean)
        .map((text) => `${String(text).replace(/\.$/, '')}.`)
        .join(' '),
    ),
    ...(body === undefined ? [] : [`Body: ${typeOf(body)}.`]),
    ...(parameters.length === 0 ? [] : [table(['parameter', 'in', 'values', 'meaning'], parameters)]),
    table(['answer', 'body', 'meaning'], answerRows(operation)),
    wrapped(`Problems: ${problemsOf(operation).map(code).join(', ')}.`),
  ].join('\n\n');
}

/** @returns each operation of the OpenAPI document under its call, such as `GET /locations`. */
export const operationsOf = ({ paths }: OpenApi): ReadonlyMap<string, Operation> =>
  new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  );

export const openApi = (): OpenApi => openApiDocument('0.0.0') as unknown as OpenApi;

function calls(): ReadonlyMap<string, string> {
  const document = openApi();
  const operations = [...operationsOf(document)];
  const ofTag = ({ name }: { readonly name: string }): string =>
    [
      `### ${name}`,
      ...operations.filter(([, { tags }]) => tags.includes(name)).map(([call, one]) => operationText(call, one)),
    ].join('\n\n');
  const objects = Object.entries(document.components.schemas).map(([name, schema]) =>
    [
      `### ${name}`,
      ...(schema.description === undefined ? [] : [`${schema.description}.`]),
      table(['field', 'type', 'meaning'], fieldRows(schema)),
    ].join('\n\n'),
  );
  return new Map([
    ['calls', document.tags.map(ofTag).join('\n\n')],
    ['objects', objects.join('\n\n')],
  ]);
}

// --------------------------------------------------------------------------------------------------------- documents

const PAGES: Readonly<Record<string, () => ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>>>> = {
  'docs/reference/configuration.md': configuration,
  'docs/reference/metrics.md': metricTables,
  'docs/reference/commands.md': commandHelp,
  'docs/reference/api.md': calls,
};

/** The documents as they are, with what is made from the code made anew. */
export const REFERENCE_DOCUMENTS: readonly GeneratedDocument[] = [
  ...Object.entries(PAGES).map(([path, texts]) => ({
    path,
    render: async () => withGenerated(readFileSync(path, 'utf8'), await texts()),
  })),
  {
    path: 'docs/reference/openapi.json',
    render: () => `${JSON.stringify(openApiDocument(version), null, 2)}\n`,
  },
];
