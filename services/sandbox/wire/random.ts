import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random numbers that a seed decides: the same seed, the same numbers in the same order. */
export interface Random {
  /** Draws a number from 0 to below 1. */
  fraction(): number;
  /** Draws a whole number, both ends included. */
  int(least: number, most: number): number;
  chance(probability: number): boolean;
  /** Draws one of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item;
  /** Makes numbers of their own for a part, so that what one part draws changes nothing for another. */
  fork(): Random;
}

/** @returns any number from `least` to below `most` */
export const between = (random: Random, [least, most]: readonly [number, number]): number =>
  least + random.fraction() * (most - least);

/** @returns one of the times between things that come independently of each other: they are distributed exponentially */
export const exponential = (random: Random, mean: number): number => -Math.log(1 - random.fraction()) * mean;

/** @param seed a signed 32-bit integer */
export function seeded(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const int = (least: number, most: number): number => uniformInt(generator, least, most);
  const fraction = (): number => uniformFloat64(generator);
  return {
    fraction,
    int,
    chance: (probability) => fraction() < probability,
    pick: (items) => {
      const item = items[int(0, items.length - 1)];
      if (item === undefined) throw new RangeError('There is nothing to pick from.');
      return item;
    },
    fork: () => seeded(int(-0x80000000, 0x7fffffff)),
  };
}
