import { webcrypto } from 'node:crypto';
import { createInterface } from 'node:readline';
import { TicketRailClient, TicketRailError, verifyDelivery } from 'ticket-rail/client';

/** What test/clients/languages.ts tells of, in TypeScript. */

const env = (name: string): string => process.env[name] ?? '';
const say = (...fields: readonly unknown[]): void => {
  process.stdout.write(`${fields.map(String).join('\t')}\n`);
};

/** As another service of Ticket Rail may answer that a handler asks. */
const LOST = { type: 'urn:ticket-rail:problem:feed-position-unknown', title: '', status: 410, detail: '' };

async function follow(rail: TicketRailClient): Promise<void> {
  let handed = 0;
  const options = {
    consumer: env('CONSUMER'),
    view: env('VIEW') as 'events' | 'orders',
    locations: env('LOCATION') === '' ? [] : [env('LOCATION')],
    limit: Number(env('LIMIT')),
    waitS: 1,
    from: env('FROM') as 'beginning' | 'now',
    onFailure: (error: Error): void => {
      say('failed', error instanceof TicketRailError ? error.status : 0);
    },
  };
  let begun = 0;
  const startOver = (): void => {
    say('start over');
    begun++;
    if (begun === 1 && env('START_OVER') === 'throws') throw new Error('the database is away');
    if (env('START_OVER') === 'dies') process.kill(process.pid, 'SIGKILL');
  };
  await rail.follow(env('START_OVER') === '' ? options : { ...options, startOver }, (items) => {
    handed++;
    if (handed === Number(env('THROW_AT'))) throw new TicketRailError(410, LOST, null);
    for (const item of items) {
      const ref = 'data' in item ? item.data['ref'] : undefined;
      say('item', item.location_id, item.order_id, 'revision' in item ? item.revision : '-', ref ?? '-');
    }
    if (handed === Number(env('DIE_AT'))) process.kill(process.pid, 'SIGKILL');
  });
}

async function verify(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const [secrets = '', id = '', timestamp = '', signature = '', body = '', now = ''] = line.split('\t');
    const headers = new Map([
      ['webhook-id', id],
      ['webhook-timestamp', timestamp],
      ['webhook-signature', signature],
    ]);
    const verified = await verifyDelivery({
      secrets: secrets.split(' '),
      header: (name) => headers.get(name),
      body: Buffer.from(body, 'base64'),
      now: Number(now) * 1_000,
      subtle: webcrypto.subtle,
    });
    say(verified.authentic ? verified.id : '-');
  }
}

async function connect(): Promise<void> {
  const textOf = (field = '-'): string => (field === '-' ? '' : Buffer.from(field, 'base64').toString());
  for await (const line of createInterface({ input: process.stdin })) {
    const [url, token] = line.split('\t');
    try {
      new TicketRailClient({ url: textOf(url), token: textOf(token) });
      say('taken');
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      say('refused', error.message);
    }
  }
}

async function main(verb: string): Promise<void> {
  if (verb === 'verify') {
    await verify();
    return;
  }
  if (verb === 'connect') {
    await connect();
    return;
  }
  const rail = new TicketRailClient({ url: env('URL'), token: env('TOKEN') });
  if (verb === 'order') {
    const order = await rail.order(env('LOCATION'), env('ORDER'));
    if (order === null) say('none');
    else say(order.stage, order.revision);
    return;
  }
  try {
    await follow(rail);
  } catch (error) {
    if (!(error instanceof TicketRailError)) throw error;
    say('ended', error.status, error.is(env('PROBLEM')));
  }
}

void main(process.argv[2] ?? '');
