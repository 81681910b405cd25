import type { StreamName } from '../../../schemas/events/stream-name';
import { fold64 } from '../export/stream-count';

/**
 * The newest event of each stream, in 32 bytes a stream and in bounded memory: two generations, of which the older one
 * is forgotten when the newer one is full. Of a stream that was forgotten, the answer is that nothing is known.
 */

/** The newest event of a stream: whether it has a hash, and whether that begins as the given one does. */
export interface StreamHead {
  readonly revision: number;
  readonly sealed: boolean;
  /**
   * Returns whether the event has this hash, as far as that is known: 128 bits of it are kept, and none of an event
   * that could not be read.
   */
  is(hash: string): boolean;
}

/** Numbers of 32 bits for each stream: two of its name, its revision, whether it has a hash, and 128 bits of that. */
const WIDTH = 8;
const FIRST_SLOTS = 1 << 12;
/** Most slots of a generation: 32 MiB. */
const MOST_SLOTS = 1 << 20;
/** Whether the newest event has a hash, or could not be read. */
const [UNSEALED, SEALED, UNKNOWN] = [0, 1, 2];
const MOST_LOADED = 0.7;

/** Value of each lower-case hex digit by its character code; all bits set for every other character. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code)));

/** @returns 32 bits of a hash in lower-case hex. */
function word(hash: string, index: number): number {
  let bits = 0;
  for (let at = index * 8; at < index * 8 + 8; at++) bits = (bits << 4) | (DIGITS[hash.charCodeAt(at)] ?? -1);
  return bits >>> 0;
}

class Generation {
  words: Uint32Array<ArrayBuffer>;
  used: number;

  constructor(words = new Uint32Array(FIRST_SLOTS * WIDTH), used = 0) {
    this.words = words;
    this.used = used;
  }

  get slots(): number {
    return this.words.length / WIDTH;
  }

  /** @returns where a stream's words begin, or where they would: there the second word is 0. */
  at(one: number, other: number): number {
    const mask = this.slots - 1;
    for (let slot = one & mask; ; slot = (slot + 1) & mask) {
      const at = slot * WIDTH;
      if (this.words[at + 1] === 0 || (this.words[at] === one && this.words[at + 1] === other)) return at;
    }
  }

  grow(): void {
    const old = this.words;
    this.words = new Uint32Array(old.length * 2);
    for (let from = 0; from < old.length; from += WIDTH) {
      const other = old[from + 1] ?? 0;
      if (other !== 0) this.words.set(old.subarray(from, from + WIDTH), this.at(old[from] ?? 0, other));
    }
  }
}

/** What can be written to a file, and read again to go on. */
export interface SavedHeads {
  readonly seed: number;
  readonly used: readonly number[];
  readonly words: readonly Uint32Array<ArrayBuffer>[];
}

export class StreamHeads {
  readonly #seed: number;
  readonly #mostSlots: number;
  #young: Generation;
  #old: Generation | null;

  /**
   * @param seed a number that nobody could know before: names cannot be made to look alike
   * @param saved what {@link save} gave, in place of it
   */
  constructor(seed: number, mostSlots = MOST_SLOTS, saved?: SavedHeads) {
    this.#seed = saved?.seed ?? seed;
    this.#mostSlots = mostSlots;
    const [young, old] = (saved?.words ?? []).map((words, index) => new Generation(words, saved?.used[index] ?? 0));
    this.#young = young ?? new Generation();
    this.#old = old ?? null;
  }

  get(stream: StreamName): StreamHead | null {
    const [one, other] = fold64(stream, this.#seed);
    for (const generation of [this.#young, this.#old]) {
      if (generation === null) continue;
      const at = generation.at(one, other);
      if (generation.words[at + 1] === 0) continue;
      const { words } = generation;
      const [seal, first, second, third, fourth] = [
        words[at + 3],
        words[at + 4],
        words[at + 5],
        words[at + 6],
        words[at + 7],
      ];
      return {
        revision: words[at + 2] ?? 0,
        sealed: seal !== UNSEALED,
        is: (hash) =>
          seal === UNKNOWN ||
          (word(hash, 0) === first && word(hash, 1) === second && word(hash, 2) === third && word(hash, 3) === fourth),
      };
    }
    return null;
  }

  set(stream: StreamName, revision: number, hash: string | null): void {
    const [one, other] = fold64(stream, this.#seed);
    let at = this.#young.at(one, other);
    if (this.#young.words[at + 1] === 0) {
      if (this.#young.used >= this.#young.slots * MOST_LOADED) {
        if (this.#young.slots < this.#mostSlots) this.#young.grow();
        else {
          this.#old = this.#young;
          this.#young = new Generation();
        }
        at = this.#young.at(one, other);
      }
      this.#young.used++;
    }
    const { words } = this.#young;
    words[at] = one;
    words[at + 1] = other;
    words[at + 2] = revision;
    words[at + 3] = hash === null ? UNSEALED : SEALED;
    for (let index = 0; index < 4; index++) words[at + 4 + index] = hash === null ? 0 : word(hash, index);
  }

  /** An event that cannot be read takes its place: what comes after it cannot be compared with it. */
  forget(stream: StreamName, revision: number): void {
    this.set(stream, revision, null);
    const [one, other] = fold64(stream, this.#seed);
    this.#young.words[this.#young.at(one, other) + 3] = UNKNOWN;
  }

  save(): SavedHeads {
    const generations = this.#old === null ? [this.#young] : [this.#young, this.#old];
    return {
      seed: this.#seed,
      used: generations.map(({ used }) => used),
      words: generations.map(({ words }) => words),
    };
  }
}
