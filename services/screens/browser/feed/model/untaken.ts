/**
 * What was sent to a tab that has not said that it took it. A tab that is frozen, or was closed without a word, takes
 * nothing; what is sent to it waits in memory.
 */

/** Milliseconds in which a tab has to take what it is sent. Tabs that are hidden do, those that are frozen do not. */
export const TAKEN_WITHIN_MS = 15_000;
/** Most characters that wait for a tab: some snapshots of the busiest location. */
export const MAX_UNTAKEN_CHARACTERS = 8_388_608;

interface Sent {
  readonly number: number;
  readonly characters: number;
  /** Milliseconds of a clock that never goes back. */
  readonly at: number;
}

/** Messages of a tab, numbered in the order in which they are sent. */
export class Untaken {
  #waiting: Sent[] = [];
  #characters = 0;
  #number = 0;

  /** @returns the number of what is sent */
  sent(characters: number, at: number): number {
    this.#number += 1;
    this.#waiting.push({ number: this.#number, characters, at });
    this.#characters += characters;
    return this.#number;
  }

  /** The tab took everything up to a number. */
  taken(number: number): void {
    const left = this.#waiting.filter((one) => one.number > number);
    this.#waiting = left;
    this.#characters = left.reduce((sum, { characters }) => sum + characters, 0);
  }

  /** @returns whether a tab has taken too little to be sent more. */
  isTooMuch(now: number): boolean {
    const [oldest] = this.#waiting;
    return this.#characters > MAX_UNTAKEN_CHARACTERS || (oldest !== undefined && now - oldest.at > TAKEN_WITHIN_MS);
  }
}
