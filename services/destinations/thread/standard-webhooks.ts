import { createHmac } from 'node:crypto';

/** Signatures as Standard Webhooks has them (https://www.standardwebhooks.com). Pure. */

const SECRET_PREFIX = 'whsec_';

/** What is sent, and said of it. */
export interface WebhookMessage {
  /** It is the same at each attempt: a receiver that gets a message twice recognizes it by this. */
  readonly id: string;
  /** Seconds since the epoch, of the attempt. */
  readonly timestamp: number;
  readonly body: Buffer;
}

const signatureOf = ({ id, timestamp, body }: WebhookMessage, secret: string): string => {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  const hmac = createHmac('sha256', key)
    .update(`${id}.${String(timestamp)}.`)
    .update(body);
  return `v1,${hmac.digest('base64')}`;
};

/** @param secrets `whsec_` and base64; each gives a signature, of which the receiver needs one */
export const webhookHeaders = (
  message: WebhookMessage,
  secrets: readonly string[],
): Readonly<Record<string, string>> => ({
  'webhook-id': message.id,
  'webhook-timestamp': String(message.timestamp),
  'webhook-signature': secrets.map((secret) => signatureOf(message, secret)).join(' '),
});
