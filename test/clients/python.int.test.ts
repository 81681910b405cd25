import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { update } from '../support/deliveries';
import { until } from '../support/patience';
import {
  discard,
  entryOf,
  type RunningService,
  SECURE,
  startService,
  temporaryDirectory,
} from '../support/running-service';

/** The client for Python against the real service. */

const CLIENT = resolve(__dirname, '../../clients/python');
const TOKEN = 'pos-everywhere-0123456789abcdef';
const READERS = JSON.stringify([...(JSON.parse(SECURE['READERS'] ?? '[]') as unknown[]), entryOf(TOKEN, 'pos')]);
const SECRET = `whsec_${Buffer.from('a secret of 24 characters').toString('base64')}`;

const hasPython = spawnSync('python3', ['--version']).status === 0;
const withPython = hasPython ? it : it.skip;
const where = hasPython ? 'in Python' : 'in Python, which this machine lacks,';

/** Prints what it is handed, a line of JSON for each item, and dies over every third answer before it is committed. */
const FOLLOWER = `
import json, os, sys
from ticket_rail import TicketRail
handed = 0
def take_in(items):
    global handed
    for item in items:
        print(json.dumps([item["location_id"], item["order_id"], item.get("revision")]), flush=True)
    handed += 1
    if handed % 3 == 0:
        os._exit(9)
TicketRail(os.environ["URL"], os.environ["TOKEN"]).follow("python", take_in, view="events", limit=5, wait=1)
`;

const python = (code: string, env: Readonly<Record<string, string>>): ChildProcess => {
  const { PATH = '' } = process.env;
  return spawn('python3', ['-B', '-c', code], { cwd: CLIENT, env: { PATH, PYTHONDONTWRITEBYTECODE: '1', ...env } });
};

withPython(`a consumer ${where} that dies before it commits is handed every fact of each order in order`, async () => {
  const dataDir = temporaryDirectory();
  const service: RunningService = await startService({ READERS, DATA_DIR: dataDir });
  const copy = new Map<string, number>();
  const wrong: string[] = [];
  let stopping = false;
  let follower: ChildProcess | null = null;
  const takeIn = (line: string): void => {
    const [location, order, revision] = JSON.parse(line) as [string, string, number];
    const name = `${location} ${order}`;
    const known = copy.get(name) ?? -1;
    if (revision > known + 1) wrong.push(`${name}: ${String(revision)} after ${String(known)}`);
    copy.set(name, Math.max(known, revision));
  };
  const follow = async (): Promise<void> => {
    while (!stopping) {
      follower = python(FOLLOWER, { URL: service.url, TOKEN });
      let rest = '';
      follower.stdout?.on('data', (chunk) => {
        const lines = `${rest}${String(chunk)}`.split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(takeIn);
      });
      await once(follower, 'close');
    }
  };
  const following = follow();
  try {
    for (const status of ['in_progress', 'ready_for_pickup', 'completed']) {
      for (let n = 0; n < 8; n++) {
        await service.deliver(update({ location_id: `l${String(n % 2)}`, order_id: `order ${String(n)}` }, { status }));
      }
    }
    await until('every fact', () => copy.size === 8 && [...copy.values()].every((revision) => revision === 2));
    expect(wrong).toEqual([]);
  } finally {
    stopping = true;
    (follower as ChildProcess | null)?.kill('SIGKILL');
    await following;
    await discard(service);
    rmSync(dataDir, { recursive: true, force: true });
  }
});

withPython(
  `a delivery of a destination is verified ${where} as the library of Standard Webhooks signs it`,
  async () => {
    const now = new Date('2026-11-21T18:04:05.000Z');
    const seconds = String(now.getTime() / 1_000);
    const body = '{"order_id":"ünï"}';
    const signature = new Webhook(SECRET).sign('msg_1', now, body);
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,AAAA ${signature}`,
    };
    const code = `
import json, os
from ticket_rail import verify_delivery
secrets, headers, body, now = json.loads(os.environ["CASE"])
print(json.dumps([
    verify_delivery(secrets, headers, body.encode(), now),
    verify_delivery(["whsec_*"] + secrets, headers, body, now),
    verify_delivery(secrets, headers, body + " ", now),
    verify_delivery(secrets, headers, body, now + 301),
    verify_delivery(secrets, {}, body, now),
]))`;
    const verifier = python(code, { CASE: JSON.stringify([[SECRET], headers, body, Number(seconds)]) });
    let output = '';
    verifier.stdout?.on('data', (chunk) => (output += String(chunk)));
    await once(verifier, 'close');
    expect(JSON.parse(output)).toEqual(['msg_1', 'msg_1', null, null, null]);
  },
);
