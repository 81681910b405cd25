/** What a run reports of a set of durations, in milliseconds. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Sub-buckets per power of two: a percentile is at most 1/128 too high. */
const SUB_BITS = 7;
const SUB = 1 << SUB_BITS;

/** Counts durations in logarithmic buckets (the idea of HdrHistogram), so that every one counts and none is kept. */
export class Histogram {
  readonly #buckets = new Uint32Array(SUB * 26);
  #total = 0;
  #sum = 0;
  #largest = 0;

  /** Counts one duration in milliseconds; resolution 1 microsecond. */
  record(milliseconds: number): void {
    const micros = Math.max(0, Math.round(milliseconds * 1000));
    this.#total += 1;
    this.#sum += micros;
    if (micros > this.#largest) this.#largest = micros;
    const shift = Math.max(0, 31 - Math.clz32(micros) - SUB_BITS);
    const index = shift * SUB + (micros >>> shift);
    this.#buckets[index] = (this.#buckets[index] ?? 0) + 1;
  }

  /** Forgets everything. */
  reset(): void {
    this.#buckets.fill(0);
    this.#total = 0;
    this.#sum = 0;
    this.#largest = 0;
  }

  /** @returns the duration that this share of all durations does not exceed, in milliseconds. */
  percentile(share: number): number {
    let left = Math.ceil(share * this.#total);
    if (left === 0) return 0;
    for (let index = 0; index < this.#buckets.length; index += 1) {
      left -= this.#buckets[index] ?? 0;
      if (left <= 0) {
        const shift = Math.max(0, Math.floor(index / SUB) - 1);
        return Math.min(this.#largest, (index - shift * SUB + 1) * 2 ** shift - 1) / 1000;
      }
    }
    return this.#largest / 1000;
  }

  /** @returns the figures of everything recorded so far. */
  summary(): Summary {
    return {
      count: this.#total,
      mean: this.#total === 0 ? 0 : this.#sum / this.#total / 1000,
      p50: this.percentile(0.5),
      p90: this.percentile(0.9),
      p99: this.percentile(0.99),
      p999: this.percentile(0.999),
      max: this.#largest / 1000,
    };
  }
}
