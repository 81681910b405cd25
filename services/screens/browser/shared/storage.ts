/**
 * What a screen keeps over a reload. A browser may refuse storage (private window, full disk, embedding policy); then it
 * is kept until the reload.
 */
const memory = new Map<string, string>();

const nameOf = (key: string): string => `ticket-rail ${key}`;

export function load(key: string): string | null {
  try {
    return localStorage.getItem(nameOf(key)) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

export function keep(key: string, value: unknown): void {
  const text = JSON.stringify(value);
  memory.set(key, text);
  try {
    localStorage.setItem(nameOf(key), text);
  } catch {
    // It is in memory.
  }
}
