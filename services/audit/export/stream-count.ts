import type { StreamName } from '../../../schemas/events/stream-name';

/** Counts different streams by 64 bits of each name, in some 16 to 48 bytes a stream, whatever the names. */

const FIRST_SLOTS = 1 << 12;
const MOST_LOADED = 0.7;

/**
 * @returns 64 bits of a text as two numbers of 32, other ones for each seed. Not for use against someone who knows the seed.
 */
export function fold64(text: string, seed: number): readonly [number, number] {
  let one = 0xdeadbeef ^ seed;
  let other = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    one = Math.imul(one ^ unit, 2_654_435_761);
    other = Math.imul(other ^ unit, 1_597_334_677);
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909);
  other = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909);
  return [one >>> 0, other >>> 0 || 1];
}

export class StreamCount {
  #keys: Uint32Array<ArrayBuffer>;
  #count = 0;

  /** @param keys what {@link save} gave, to go on */
  constructor(keys = new Uint32Array(FIRST_SLOTS * 2)) {
    this.#keys = keys;
    for (let at = 1; at < keys.length; at += 2) if (keys[at] !== 0) this.#count++;
  }

  save(): Uint32Array<ArrayBuffer> {
    return this.#keys;
  }

  get count(): number {
    return this.#count;
  }

  add(stream: StreamName): void {
    const [one, other] = fold64(stream, 0);
    if (!this.#insert(one, other)) return;
    this.#count++;
    if (this.#count > (this.#keys.length / 2) * MOST_LOADED) this.#grow();
  }

  #insert(one: number, other: number): boolean {
    const mask = this.#keys.length / 2 - 1;
    for (let slot = one & mask; ; slot = (slot + 1) & mask) {
      if (this.#keys[slot * 2 + 1] === 0) {
        this.#keys[slot * 2] = one;
        this.#keys[slot * 2 + 1] = other;
        return true;
      }
      if (this.#keys[slot * 2] === one && this.#keys[slot * 2 + 1] === other) return false;
    }
  }

  #grow(): void {
    const old = this.#keys;
    this.#keys = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      const [one = 0, other = 0] = old.subarray(at, at + 2);
      if (other !== 0) this.#insert(one, other);
    }
  }
}
