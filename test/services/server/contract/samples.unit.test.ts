import { callsOf, type OpenApi } from '../../../../services/server/contract/document';
import { openApiDocument } from '../../../../services/server/contract/openapi';
import { type Sample, samplesOf } from '../../../../services/server/contract/samples';

/** The code that shows how a call is made. */

const DOCUMENT = openApiDocument('1.2.3') as unknown as OpenApi;

function sampleOf(operationId: string, language: Sample['language']): string {
  const call = callsOf(DOCUMENT).find(({ operation }) => operation.operationId === operationId);
  if (call === undefined) throw new Error(`There is no call ${operationId}.`);
  return samplesOf(call, DOCUMENT).find((one) => one.language === language)?.code ?? '';
}

it('every call has a sample in each of the four languages, in which nothing is left to fill in', () => {
  for (const call of callsOf(DOCUMENT)) {
    const samples = samplesOf(call, DOCUMENT);
    expect(samples.map(({ language }) => language)).toEqual(['curl', 'TypeScript', 'C#', 'PHP']);
    for (const { code } of samples) expect(code).not.toMatch(/[{/][a-z]+_id\b|undefined|\[object/);
  }
});

it('a call that reads is made with curl as one would type it', () => {
  expect(sampleOf('followFeed', 'curl')).toBe(
    'curl -sS "$URL/feed?consumer=back-office&view=orders" \\\n  -H "Authorization: Bearer $TOKEN"',
  );
});

it('a call with a body is made in TypeScript with its method, its headers and its body', () => {
  expect(sampleOf('commit', 'TypeScript')).toBe(
    [
      'const answer = await fetch(`${process.env.URL}/consumers/back-office/commit`, {',
      '  method: "POST",',
      '  headers: { Authorization: `Bearer ${process.env.TOKEN}`, "Content-Type": "application/json" },',
      '  body: JSON.stringify({"position":"4711-1a2b3c4d"}),',
      '});',
      'console.log(answer.status, await answer.text());',
    ].join('\n'),
  );
});

it('a call with a body is made in C# with its method, its headers and its body', () => {
  expect(sampleOf('setConsumer', 'C#')).toBe(
    [
      'var client = new HttpClient();',
      'var request = new HttpRequestMessage(HttpMethod.Put, Environment.GetEnvironmentVariable("URL") + "/consumers/back-office");',
      'request.Headers.Add("Authorization", "Bearer " + Environment.GetEnvironmentVariable("TOKEN"));',
      'request.Content = new StringContent("{}", Encoding.UTF8, "application/json");',
      'var answer = await client.SendAsync(request);',
      'Console.WriteLine((int)answer.StatusCode + " " + await answer.Content.ReadAsStringAsync());',
    ].join('\n'),
  );
});

it('a stream is read in PHP as it comes', () => {
  expect(sampleOf('watchLocation', 'PHP')).toBe(
    [
      "$request = curl_init(getenv('URL') . '/locations/pos_location_456/live');",
      'curl_setopt_array($request, [',
      "    CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . getenv('TOKEN'), 'Accept: text/event-stream'],",
      ']);',
      'curl_exec($request); // prints what comes',
    ].join('\n'),
  );
});

it('a text with quotes in it is one argument in a shell and one literal in PHP', () => {
  const document = {
    ...DOCUMENT,
    paths: {
      '/x': {
        post: {
          operationId: 'x',
          tags: [],
          summary: '',
          security: [],
          requestBody: { content: { 'application/json': { schema: {}, example: "it's \\ so" } } },
          responses: {},
        },
      },
    },
  };
  const [call] = callsOf(document);
  if (call === undefined) throw new Error('The document has no call.');
  const [curl, , , php] = samplesOf(call, document);
  expect(curl?.code).toContain(String.raw`-d '"it'\''s \\ so"'`);
  expect(php?.code).toContain(String.raw`CURLOPT_POSTFIELDS => '"it\'s \\\\ so"'`);
});
