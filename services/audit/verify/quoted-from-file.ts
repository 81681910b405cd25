/** Most UTF-16 units of what is quoted from a file: more than any version or time takes. */
const LONGEST_QUOTED = 60;

/**
 * @returns what a file says of itself, quoted and cut, so that it cannot pass for something that we say.
 */
export const quotedFromFile = (text: string): string =>
  text.length <= LONGEST_QUOTED ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, LONGEST_QUOTED))} and more`;
