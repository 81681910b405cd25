/** What mail, git and editors do to a text on its way, and how it is taken back. */

/** What stands in the place of a fault that this is. */
export const LINE_ENDS_CHANGED =
  'the ends of lines were changed on the way, as mail, git and editors do; it is read as if they were as written';
export const MARK_ADDED = 'a byte order mark was put before it, as editors do; it is read as if there were none';

const [LINE_FEED, RETURN] = [0x0a, 0x0d];
const RETURN_AND_FEED = '\r\n';
/** UTF-8 of U+FEFF. */
const MARK = [0xef, 0xbb, 0xbf] as const;

/** @returns the bytes after a byte order mark; the same bytes if there is none */
export const withoutMark = (bytes: Buffer): Buffer =>
  MARK.every((byte, at) => bytes[at] === byte) ? bytes.subarray(MARK.length) : bytes;

/** @returns the same text with a line feed alone at the end of each line; the same bytes if that is so already */
export function withLineFeeds(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(RETURN_AND_FEED); at >= 0; at = bytes.indexOf(RETURN_AND_FEED, from)) {
    pieces.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return pieces.length === 0 ? bytes : Buffer.concat([...pieces, bytes.subarray(from)]);
}

/** @returns the same text with carriage return and line feed at the end of each line. @param before the byte before it */
export function withReturns(bytes: Buffer, before: number | undefined): Buffer {
  const pieces: Buffer[] = [];
  const missing = Buffer.from([RETURN]);
  let from = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
    if ((at === 0 ? before : bytes[at - 1]) === RETURN) continue;
    pieces.push(bytes.subarray(from, at), missing);
    from = at;
  }
  return pieces.length === 0 ? bytes : Buffer.concat([...pieces, bytes.subarray(from)]);
}
