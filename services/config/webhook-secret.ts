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

/** Shortest secret or token. Shorter ones are guessed; `openssl rand -hex 32` makes a good one. */
export const MIN_SECRET_LENGTH = 16;

/**
 * @param text of STREAM_WEBHOOK_SECRETS
 * @returns what looks like a slip in it, without what it holds (docs/protocol.md#ruling-5-11)
 */
export function secretWarnings(text: string): readonly string[] {
  return text.split(',').flatMap((part, index) => {
    const secret = part.trim();
    const name = `STREAM_WEBHOOK_SECRETS: secret ${String(index + 1)}`;
    // A space after a comma is how people write lists.
    const isPadded = part.trimEnd() !== part || (index === 0 && part.trimStart() !== part);
    return [
      ...(isPadded ? [`${name} has white space or a line break around it, which is left out.`] : []),
      ...(isQuoted(secret) ? [`${name} is in quotes. It is tried with them and without: leave them out.`] : []),
      ...(secret.length < MIN_SECRET_LENGTH
        ? [
            `${name} has fewer than ${String(MIN_SECRET_LENGTH)} characters, and may be guessed: use a longer one if ` +
              "Stream's portal lets you.",
          ]
        : []),
    ];
  });
}
