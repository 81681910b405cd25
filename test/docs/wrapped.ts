/** Most characters of a line of prose. */
const WIDTH = 120;

/**
 * @param before what each line begins with
 * @returns the text in as many lines as it takes
 */
export function wrapped(text: string, before = ''): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > WIDTH) lines.push(before + word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join('\n');
}
