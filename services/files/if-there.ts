import { codeOf } from './error-code';

/**
 * Reads or opens a file that need not be there.
 * @returns null if there is no such file; every other error is thrown
 */
export function ifThere<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
