import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { WORD_LISTS } from '../../schemas/words/word-lists';
import { createProgram } from '../../services/commands/program';
import { describeVariables } from '../../services/config/environment';
import { version } from '../../services/config/version';
import { createMetrics } from '../../services/operations/metrics';
import { asyncApiDocument } from '../../services/server/contract/asyncapi';
import {
  answersOf,
  callsOf,
  fieldsOf,
  type TextMarks,
  type OpenApi,
  type Operation,
  problemCodesOf,
  type Schema,
  typeOf,
} from '../../services/server/contract/document';
import { openApiDocument } from '../../services/server/contract/openapi';
import { openApi30 } from '../../services/server/contract/openapi-3-0';
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
  metrics.observeDestinations(() => Promise.resolve([]));
  metrics.observeScreens({ watching: () => 0, unwatchedLocations: () => 0, receipts: () => 0 });
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

const commandHelp = async (): Promise<ReadonlyMap<string, string>> =>
  new Map(
    [...commandsOf(await createProgram())].map(([name, command]) => [name, `\`\`\`text\n${helpOf(command)}\n\`\`\``]),
  );

// ------------------------------------------------------------------------------------------------------------- calls

const code = (text: string): string => `\`${text}\``;
const MARKS: TextMarks = { text: (text) => text, code, schema: (name) => `[${name}](#${name.toLowerCase()})` };

const fieldRows = (schema: Schema): string[][] =>
  fieldsOf(schema).map(({ name, schema: field, isOptional }) => [
    code(name),
    typeOf(field, MARKS),
    [isOptional ? 'optional' : '', field.description ?? ''].filter(Boolean).join('; '),
  ]);

/** Answers other than problems, which docs/reference/errors.md lists. */
const answerRows = (operation: Operation): string[][] =>
  answersOf(operation).map(([status, { description, content = {} }]) => [
    status,
    Object.entries(content)
      .map(([type, { schema }]) => (type === 'application/json' ? typeOf(schema, MARKS) : code(type)))
      .join(' or '),
    description,
  ]);

const parameterRows = ({ parameters = [] }: Operation): string[][] =>
  parameters.map(({ name, in: where, required, description = '', schema }) => [
    code(name),
    required ? `${where}, required` : where,
    typeOf(schema, MARKS),
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
    ...(body === undefined ? [] : [wrapped(`Body: ${typeOf(body, MARKS)}.`)]),
    ...(parameters.length === 0 ? [] : [table(['parameter', 'in', 'values', 'meaning'], parameters)]),
    table(['answer', 'body', 'meaning'], answerRows(operation)),
    wrapped(`Problems: ${problemCodesOf(operation).map(code).join(', ')}.`),
  ].join('\n\n');
}

/** @returns each operation of the OpenAPI document under its call, such as `GET /locations`. */
export const operationsOf = (document: OpenApi): ReadonlyMap<string, Operation> =>
  new Map(callsOf(document).map(({ method, path, operation }) => [`${method} ${path}`, operation] as const));

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

// ------------------------------------------------------------------------------------------------------------- words

const wordLists = (): ReadonlyMap<string, string> =>
  new Map([
    [
      'words',
      WORD_LISTS.map(({ title, about, words }) =>
        [
          `## \`${title}\``,
          wrapped(about),
          table(
            ['word', 'meaning'],
            words.map(([word, meaning]) => [`\`${word}\``, meaning]),
          ),
        ].join('\n\n'),
      ).join('\n\n'),
    ],
  ]);

// --------------------------------------------------------------------------------------------------------- documents

const PAGES: Readonly<Record<string, () => ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>>>> = {
  'docs/reference/configuration.md': configuration,
  'docs/reference/metrics.md': metricTables,
  'docs/reference/commands.md': commandHelp,
  'docs/reference/api.md': calls,
  'docs/reference/words.md': wordLists,
};

const pretty = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;

/** The documents as they are, with what is made from the code made anew. */
export const REFERENCE_DOCUMENTS: readonly GeneratedDocument[] = [
  ...Object.entries(PAGES).map(([path, texts]) => ({
    path,
    render: async () => withGenerated(readFileSync(path, 'utf8'), await texts()),
  })),
  { path: 'docs/reference/openapi.json', render: () => pretty(openApiDocument(version)) },
  { path: 'docs/reference/openapi-3.0.json', render: () => pretty(openApi30(openApiDocument(version))) },
  { path: 'docs/reference/asyncapi.json', render: () => pretty(asyncApiDocument(version)) },
];
