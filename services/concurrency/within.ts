/**
 * Waits for something no longer than so many milliseconds.
 * @returns what the promise comes to, or `late` if that takes longer.
 */
export async function within<Value>(ms: number, promise: Promise<Value>, late: Value): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Value>((resolve) => {
    timer = setTimeout(() => {
      resolve(late);
    }, ms);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
