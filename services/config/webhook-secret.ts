/** What a secret of Stream may stand for, as its portal gives it (docs/protocol.md#ruling-5-11). */

const QUOTED = /^(["'`])(.+)\1$/s;
/** A secret as Standard Webhooks writes it: the key in base64, in either alphabet, after this mark. */
const STANDARD_WEBHOOKS = /^whsec_([\w+/-]+={0,2})$/;

/** @returns whether a secret is in quotes, as files of variables may leave them. */
export const isQuoted = (secret: string): boolean => QUOTED.test(secret);

/** @returns the keys that signatures are tried with: the secret as it stands first, then what it may stand for. */
export function keysOf(secret: string): readonly Buffer[] {
  const texts = [secret, QUOTED.exec(secret)?.[2]].filter((text) => text !== undefined);
  const encoded = texts.map((text) => STANDARD_WEBHOOKS.exec(text)?.[1]).filter((text) => text !== undefined);
  return [...texts.map((text) => Buffer.from(text)), ...encoded.map((text) => Buffer.from(text, 'base64'))].filter(
    ({ length }) => length > 0,
  );
}
