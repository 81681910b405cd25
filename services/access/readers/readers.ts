import { hash } from 'node:crypto';
import type { ReaderEntry, Session } from '../../../schemas/files/readers';

/** Who reads. `open` is the one reader of a service without configured readers: anyone on this machine. */
export type Reader = Readonly<Session>;

const ANYONE_HERE: Reader = { open: true, name: null, role: 'operator', locations: '*', acts: true };

/**
 * @returns what is kept of a token, lower-case hex. One round is enough: `reader add` makes tokens of 256 random bits.
 */
export const hashToken = (token: string): string => hash('sha256', token, 'hex');

const isSame = (one: ReaderEntry, other: ReaderEntry): boolean => JSON.stringify(one) === JSON.stringify(other);

/** A reader, with when it asked last. */
export interface SeenReader extends Omit<ReaderEntry, 'token_sha256'> {
  /** Milliseconds since the epoch; null: not since it is known here. */
  readonly seenAt: number | null;
}

interface KnownReader {
  readonly entry: ReaderEntry;
  readonly reader: Reader;
  seenAt: SeenReader['seenAt'];
}

/** The current readers; they may change while the service runs. */
export class ReaderDirectory {
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  /** By the hash of the token. */
  #known: ReadonlyMap<string, KnownReader> = new Map();
  #current: ReadonlySet<Reader> = new Set();

  /** No readers are configured: everyone whom the service listens to reads everything. Never changes. */
  readonly open: boolean;

  /** Milliseconds since the epoch from which on it is known when readers asked. */
  readonly since: number;

  /**
   * @param entries null: none are configured, and reading is open
   * @param now milliseconds since the epoch
   */
  constructor(entries: readonly ReaderEntry[] | null, now: () => number) {
    this.#now = now;
    this.since = now();
    this.open = entries === null;
    if (entries !== null) this.replace(entries);
  }

  /** Returns the reader of an open service, or null if a token is needed. */
  get anyone(): Reader | null {
    return this.open ? ANYONE_HERE : null;
  }

  /**
   * @returns whose token this is, or null. The lookup is not in constant time and need not be: its timing can only say
   *   something of the hash, and to get near a hash that is there one would have to know how SHA-256 comes out before
   *   asking.
   */
  identify(token: string): Reader | null {
    const known = this.#known.get(hashToken(token));
    if (known === undefined) return null;
    known.seenAt = this.#now();
    return known.reader;
  }

  /** Returns the readers in the order of their list, with when each asked last, and nothing of their tokens. */
  list(): readonly SeenReader[] {
    return [...this.#known.values()].map(({ entry: { token_sha256: _hash, ...reader }, seenAt }) => ({
      ...reader,
      seenAt,
    }));
  }

  /** Returns whether a reader that was identified before may still do what it might then. */
  isCurrent(reader: Reader): boolean {
    return this.open || this.#current.has(reader);
  }

  /**
   * @param listener called after each change, to end what a reader began who is not current any more
   * @returns what takes the listener off again
   */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes the place of all that was. An unchanged reader stays current. @returns whether anything changed. */
  replace(entries: readonly ReaderEntry[]): boolean {
    const before = this.#known;
    this.#known = new Map(
      entries.map((entry) => {
        const known = before.get(entry.token_sha256);
        if (known !== undefined && isSame(known.entry, entry)) return [entry.token_sha256, known];
        const { name, role, locations, acts = false } = entry;
        // The same token, whatever its reader may do now.
        const seenAt = known?.seenAt ?? null;
        return [entry.token_sha256, { entry, reader: { open: false, name, role, locations, acts }, seenAt }];
      }),
    );
    this.#current = new Set([...this.#known.values()].map(({ reader }) => reader));
    const changed = before.size !== this.#known.size || [...this.#known].some(([key, one]) => before.get(key) !== one);
    if (changed) for (const listener of this.#listeners) listener();
    return changed;
  }
}
