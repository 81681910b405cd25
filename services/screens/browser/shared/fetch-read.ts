/** Milliseconds for which what is read is asked for again: longer than a busy machine lets the read model be behind. */
const BEHIND_MS = 8_000;
/** Milliseconds between two tries, on top of those that the service waits itself. */
const AGAIN_MS = 250;

/**
 * Fetches what the service reads from its read model. An answer that the read model is behind says to ask again, and this
 * does; one that stays behind for longer is being made anew, and that answer is given back.
 */
export async function fetchRead(url: string, init: RequestInit): Promise<Response> {
  const end = performance.now() + BEHIND_MS;
  for (;;) {
    const response = await fetch(url, init);
    if (!(await isBehind(response)) || performance.now() >= end) return response;
    await new Promise((next) => setTimeout(next, AGAIN_MS));
  }
}

async function isBehind(response: Response): Promise<boolean> {
  if (response.status !== 503) return false;
  const problem: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return (problem as { type?: unknown } | null)?.type === 'urn:ticket-rail:problem:read-model-behind'; // whatever it is
}
