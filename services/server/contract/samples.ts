import {
  type Content,
  type DocumentedCall,
  nameOfReference,
  type OpenApi,
  type Parameter,
  type Schema,
} from './document';

/**
 * Code that makes a call, in the languages that POS systems are written in. It reads where the service lies from `URL`, and
 * the token from `TOKEN` or `STREAM_TOKEN`, so that it can be run as it stands.
 */

export interface Sample {
  readonly language: 'curl' | 'TypeScript' | 'C#' | 'PHP';
  readonly code: string;
}

/** What asks best for what a call is there for; what a path needs, its parameters say. */
const QUERIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  followFeed: { consumer: 'back-office', view: 'orders' },
  listOrders: { active: 'true' },
  findOrders: { driver: 'Jane' },
  exportLocation: { format: 'csv' },
  deliverAgain: { from: '0' },
  watchLocations: { location_id: 'pos_location_456' },
  getInclusionProof: { position: '1' },
  getConsistencyProof: { from: '1' },
};

/** What a path needs where the schema of its parameter cannot have an example, because it makes another type of it. */
const IDS: Readonly<Record<string, string>> = { quarantine_id: '7' };

/** One call as a sample makes it. */
interface SampleCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Variable of the environment that holds the token; null: none is needed. */
  readonly token: 'TOKEN' | 'STREAM_TOKEN' | null;
  readonly accept: string | null;
  /** That it does not go without. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** As JSON; null: none is sent. */
  readonly body: string | null;
  /** The answer goes on until the client leaves. */
  readonly isEndless: boolean;
}

const exampleOf = (schema: Schema, schemas: OpenApi['components']['schemas']): unknown => {
  if (schema.$ref !== undefined) return exampleOf(schemas[nameOfReference(schema.$ref)] ?? {}, schemas);
  const { examples = [], properties = {}, required = [] } = schema;
  if (examples.length > 0) return examples[0];
  if (schema.enum !== undefined) return schema.enum[0];
  return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? {}, schemas)]));
};

const inPath = (path: string, parameters: readonly Parameter[]): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const example = parameters.find((one) => one.in === 'path' && one.name === name)?.schema.examples?.[0];
    return encodeURIComponent(typeof example === 'string' ? example : (IDS[name] ?? name));
  });

function bodyOf(content: Content, schemas: OpenApi['components']['schemas']): string | null {
  const json = content['application/json'];
  return json === undefined ? null : JSON.stringify(json.example ?? exampleOf(json.schema, schemas));
}

function sampleCallOf({ method, path, operation }: DocumentedCall, { components }: OpenApi): SampleCall {
  const { operationId, parameters = [], requestBody, responses, security } = operation;
  const query = new URLSearchParams(QUERIES[operationId]).toString();
  const schemes = security.flatMap((one) => Object.keys(one));
  const forms = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content = {} }]) => Object.keys(content));
  const isEndless = forms.length > 0 && forms.every((form) => form === 'text/event-stream');
  return {
    method,
    path: inPath(path, parameters) + (query === '' ? '' : `?${query}`),
    token: schemes.includes('reader') ? 'TOKEN' : schemes.includes('stream') ? 'STREAM_TOKEN' : null,
    accept: isEndless ? 'text/event-stream' : null,
    headers: parameters.flatMap((one) =>
      one.in === 'header' && one.required ? [[one.name, String(one.schema.examples?.[0])] as const] : [],
    ),
    body: requestBody === undefined ? null : bodyOf(requestBody.content, components.schemas),
    isEndless,
  };
}

/** Headers besides the token. */
const headersOf = ({ accept, headers, body }: SampleCall): readonly (readonly [name: string, value: string])[] => [
  ...headers,
  ...(accept === null ? [] : [['Accept', accept] as const]),
  ...(body === null ? [] : [['Content-Type', 'application/json'] as const]),
];

/** Writes a text as a literal of C# or TypeScript. */
const quoted = (text: string): string => JSON.stringify(text);
/** Writes a text in single quotes, which a shell and PHP take as it is. */
const inShell = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const inPhp = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;

function curl(call: SampleCall): string {
  const { method, path, token, body, isEndless } = call;
  const isPlain = method === 'GET' || (method === 'POST' && body !== null);
  const verb = isPlain ? '' : ` -X ${method}`;
  return [
    `curl -sS${isEndless ? ' -N' : ''}${verb} "$URL${path}"`,
    ...(token === null ? [] : [`-H "Authorization: Bearer $${token}"`]),
    ...headersOf(call).map(([name, value]) => `-H ${inShell(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`-d ${inShell(body)}`]),
  ].join(' \\\n  ');
}

function typeScript(call: SampleCall): string {
  const { method, path, token, body, isEndless } = call;
  const headers = [
    ...(token === null ? [] : [`Authorization: \`Bearer \${process.env.${token}}\``]),
    ...headersOf(call).map(([name, value]) => `${/\W/.test(name) ? quoted(name) : name}: ${quoted(value)}`),
  ];
  const options = [
    ...(method === 'GET' ? [] : [`  method: ${quoted(method)},`]),
    ...(headers.length === 0 ? [] : [`  headers: { ${headers.join(', ')} },`]),
    ...(body === null ? [] : [`  body: JSON.stringify(${body}),`]),
  ];
  const given = options.length === 0 ? '' : `, {\n${options.join('\n')}\n}`;
  const read = isEndless
    ? 'for await (const part of answer.body!) process.stdout.write(part);'
    : 'console.log(answer.status, await answer.text());';
  return `const answer = await fetch(\`\${process.env.URL}${path}\`${given});\n${read}`;
}

const csharpMethod = (method: string): string => `HttpMethod.${method.slice(0, 1)}${method.slice(1).toLowerCase()}`;
const csharpVariable = (name: string): string => `Environment.GetEnvironmentVariable(${quoted(name)})`;

function csharp(call: SampleCall): string {
  const { method, path, token, accept, headers, body, isEndless } = call;
  return [
    'var client = new HttpClient();',
    `var request = new HttpRequestMessage(${csharpMethod(method)}, ${csharpVariable('URL')} + ${quoted(path)});`,
    ...(token === null ? [] : [`request.Headers.Add("Authorization", "Bearer " + ${csharpVariable(token)});`]),
    ...headers.map(([name, value]) => `request.Headers.Add(${quoted(name)}, ${quoted(value)});`),
    ...(accept === null ? [] : [`request.Headers.Add("Accept", ${quoted(accept)});`]),
    ...(body === null
      ? []
      : [`request.Content = new StringContent(${quoted(body)}, Encoding.UTF8, "application/json");`]),
    ...(isEndless
      ? [
          'var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);',
          'var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());',
          'while (await lines.ReadLineAsync() is string line) Console.WriteLine(line);',
        ]
      : [
          'var answer = await client.SendAsync(request);',
          'Console.WriteLine((int)answer.StatusCode + " " + await answer.Content.ReadAsStringAsync());',
        ]),
  ].join('\n');
}

function php(call: SampleCall): string {
  const { method, path, token, body, isEndless } = call;
  const headers = [
    ...(token === null ? [] : [`'Authorization: Bearer ' . getenv('${token}')`]),
    ...headersOf(call).map(([name, value]) => inPhp(`${name}: ${value}`)),
  ];
  return [
    `$request = curl_init(getenv('URL') . ${inPhp(path)});`,
    'curl_setopt_array($request, [',
    ...(method === 'GET' ? [] : [`    CURLOPT_CUSTOMREQUEST => '${method}',`]),
    ...(headers.length === 0 ? [] : [`    CURLOPT_HTTPHEADER => [${headers.join(', ')}],`]),
    ...(body === null ? [] : [`    CURLOPT_POSTFIELDS => ${inPhp(body)},`]),
    ...(isEndless ? [] : ['    CURLOPT_RETURNTRANSFER => true,']),
    ']);',
    ...(isEndless ? ['curl_exec($request); // prints what comes'] : ['echo curl_exec($request);']),
  ].join('\n');
}

/** @returns the code that makes a call of a document, in each language. */
export function samplesOf(documented: DocumentedCall, document: OpenApi): readonly Sample[] {
  const call = sampleCallOf(documented, document);
  return [
    { language: 'curl', code: curl(call) },
    { language: 'TypeScript', code: typeScript(call) },
    { language: 'C#', code: csharp(call) },
    { language: 'PHP', code: php(call) },
  ];
}
