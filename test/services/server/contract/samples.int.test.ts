import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { callsOf, type OpenApi } from '../../../../services/server/contract/document';
import { openApiDocument } from '../../../../services/server/contract/openapi';
import { samplesOf } from '../../../../services/server/contract/samples';
import { EXAMPLES } from '../../../support/deliveries';
import { until } from '../../../support/patience';
import {
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
} from '../../../support/running-service';

/** The samples for curl, run as they stand, one after the other, as somebody would who reads the page from top to bottom. */

const DOCUMENT = openApiDocument('1.2.3') as unknown as OpenApi;
const STREAM_TOKEN = 'token-that-the-pos-issued-0123';

/** What a call answers where the service has nothing of what the sample asks for. */
const OTHERS: Readonly<Record<string, number>> = {
  // There is no such place in the log of this service.
  commit: 410,
  deliverAgain: 404,
  getQuarantined: 404,
  redriveQuarantined: 404,
  probeHandleOrder: 204,
  deleteConsumer: 204,
  setConsumer: 201,
  setLabel: 204,
  reportScreen: 204,
  // Readers are in no file of this service, and no screen has this code.
  addScreen: 409,
  removeScreen: 409,
  beginPairing: 409,
  pickUpSession: 404,
  // Another driver is assigned since.
  act: 409,
};
/** Calls that a reader who sees no contacts may not make. */
const OF_AUDITORS = ['listCheckpoints', 'getNote', 'getInclusionProof', 'getConsistencyProof'];
/** Calls of a POS, and of who may act. */
const POS_TOKEN = 'pos-of-samples-0123456789';
const OF_POS = ['setLabel', 'act'];
const tokenOf = (id: string): string =>
  OF_AUDITORS.includes(id) ? READER_TOKEN : OF_POS.includes(id) ? POS_TOKEN : OPERATOR_TOKEN;
/** Behind what it needs: a consumer is made before it is followed, and deleted at the end. */
const ORDER = ['handleOrder', 'setConsumer', 'followFeed'];
const place = (id: string): number => (ORDER.includes(id) ? ORDER.indexOf(id) : id === 'deleteConsumer' ? 99 : 50);
const calls = [...callsOf(DOCUMENT)].sort(
  (one, other) => place(one.operation.operationId) - place(other.operation.operationId),
);

let service: RunningService;
beforeAll(async () => {
  service = await startService({
    STREAM_WEBHOOK_SECRETS: '',
    STREAM_BEARER_TOKENS: STREAM_TOKEN,
    CHECKPOINT_SECONDS: '1',
    READERS: JSON.stringify([
      entryOf(OPERATOR_TOKEN, 'operator'),
      entryOf(READER_TOKEN, 'auditor'),
      { ...entryOf(POS_TOKEN, 'pos'), acts: true },
    ]),
  });
  for (const { bytes } of EXAMPLES) {
    await service.call('/handle-order', {
      method: 'POST',
      headers: { Authorization: `Bearer ${STREAM_TOKEN}`, 'Content-Type': 'application/json' },
      body: bytes,
    });
  }
  await until('a signed note', async () => (await service.get('/checkpoints/note')).status === 200);
});
afterAll(() => discard(service));

/** @returns the status and what came of the body; a stream is left as soon as something came. */
async function run(code: string, TOKEN: string): Promise<{ readonly status: number; readonly text: string }> {
  const command = code.replace(/^curl -sS/, 'exec curl -sS -i');
  const { PATH = '' } = process.env;
  const shell = spawn('sh', ['-c', command], { env: { PATH, URL: service.url, TOKEN, STREAM_TOKEN } });
  let text = '';
  shell.stdout.on('data', (chunk) => {
    text += String(chunk);
    if (text.includes('\nevent: ')) shell.kill();
  });
  await once(shell, 'close');
  return { status: Number(/^HTTP\/\S+ (\d+)/.exec(text)?.[1]), text };
}

it.each(calls.map((call) => [call.operation.operationId, call] as const))(
  'the sample of %s for curl does what it says',
  async (id, call) => {
    const curl = samplesOf(call, DOCUMENT).find(({ language }) => language === 'curl');
    const { status, text } = await run(curl?.code ?? '', tokenOf(id));
    expect({ id, status, text: status === (OTHERS[id] ?? 200) ? '' : text }).toEqual({
      id,
      status: OTHERS[id] ?? 200,
      text: '',
    });
  },
);
