import { LoadingError } from './model/loading-error';

/**
 * Reads the text of an answer, and leaves it as soon as it turns out too long.
 * @param most bytes that it may have
 * @throws {LoadingError} for what is longer
 */
export async function readAtMost(response: Response, most: number): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new LoadingError(`It has more than ${String(most)} bytes.`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
