import type { z } from 'zod';
import type { DriverDetails } from '../../../schemas/wire/handle-order';
import type { DRIVERS } from '../../../schemas/files/scenario';
import type { Random } from '../wire/random';

/** People and robots that bring food, made up by a seed. Nobody and nothing here exists. */

type Role = (typeof DRIVERS)[number];

/** `driver_details` of a driver who can be distinguished from others. */
export type MadeUpDriver = z.infer<typeof DriverDetails> & { readonly source: string; readonly name: string };

/** Who is who in one story. */
export type Drivers = Readonly<Record<Role, MadeUpDriver>>;

const SOURCES = ['doordash', 'ubereats', 'grubhub', 'postmates', 'relay'] as const;
const FIRST_NAMES =
  'Ana Amir Aisha Ben Carla Chen Dana Diego Elif Emeka Fatima Felix Grace Hana Hugo Ivan Jamal Jane José Keiko Lena Luis Maya Mei Nadia Noah Olga Omar Priya Quinn Rosa Sam Siobhán Tomás Uma Viktor Wei Yara Zoë'.split(
    ' ',
  );
const LAST_NAMES =
  'Adler Baptiste Castillo Dubois Eze Fischer García Hughes Ito Jensen Kowalski Lopez Müller Nguyen O’Brien Okafor Patel Quispe Rossi Silva Tanaka Usman Vega Walker Xu Young Zhang'.split(
    ' ',
  );
const CARS = [
  ['Toyota', 'Prius'],
  ['Honda', 'Civic'],
  ['Hyundai', 'Elantra'],
  ['Ford', 'Focus'],
  ['Nissan', 'Leaf'],
  ['Kia', 'Soul'],
  ['Volkswagen', 'Golf'],
] as const;
const COLORS = ['black', 'white', 'silver', 'gray', 'red', 'blue', 'green'] as const;
const ROBOTS = [
  ['starship', 'Starship', 'Technologies', 'Delivery Robot'],
  ['serve', 'Serve', 'Robotics', 'Gen 3'],
  ['kiwibot', 'Kiwi Robot', 'Kiwibot', 'Leap'],
] as const;
const INSTRUCTIONS = [
  'Ask for the order number before you hand over.',
  'Two bags; put the drinks into the carrier.',
  'The driver waits at the side entrance.',
] as const;
/** Robots of a kind are numbered up to this. */
const MOST_ROBOT = 400;
/** Letters that no plate mixes up with digits. */
const PLATE_LETTERS = 'ABCDEFGHJKLMNPRSTVWXYZ';

/** Share of people with a masked number, whose code has to be dialled too. */
const MASKED_PHONES = 0.6;
/** Share of people who come with instructions for the handoff. */
const INSTRUCTED = 0.25;
/** Share of people who have to be checked by a passcode. */
const WITH_PASSCODE = 0.15;

const digits = (random: Random, length: number): string =>
  Array.from({ length }, () => String(random.int(0, 9))).join('');

/** Least and most of those that may be given out in North America. */
const AREA_CODES = [201, 989] as const;

/** @returns a number of the range that is kept for fiction: 555-0100 to 555-0199. */
export const fictionalPhone = (random: Random): string =>
  `+1${String(random.int(...AREA_CODES))}55501${digits(random, 2)}`;

const plate = (random: Random): string =>
  `${digits(random, 1)}${Array.from({ length: 3 }, () => PLATE_LETTERS.charAt(random.int(0, PLATE_LETTERS.length - 1))).join('')}${digits(random, 3)}`;

/** `.example` never leads anywhere (RFC 2606). */
const picture = (random: Random, kind: string): string => `https://pictures.example/${kind}/${digits(random, 8)}.jpg`;

function person(random: Random, source: string): MadeUpDriver {
  const [make, model] = random.pick(CARS);
  return {
    source,
    name: `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`,
    phone: { number: fictionalPhone(random), ...(random.chance(MASKED_PHONES) ? { code: digits(random, 4) } : {}) },
    picture_url: picture(random, 'drivers'),
    vehicle_info: { make, model, color: random.pick(COLORS), license_plate: plate(random), is_autonomous: false },
    ...(random.chance(INSTRUCTED) ? { handoff_instructions: random.pick(INSTRUCTIONS) } : {}),
    ...(random.chance(WITH_PASSCODE) ? { passcode: digits(random, 4) } : {}),
  };
}

function robot(random: Random): MadeUpDriver {
  const [source, name, make, model] = random.pick(ROBOTS);
  return {
    source,
    name: `${name} #${String(random.int(1, MOST_ROBOT))}`,
    phone: { number: fictionalPhone(random) },
    picture_url: picture(random, 'robots'),
    vehicle_info: { make, model, color: random.pick(COLORS), is_autonomous: true },
    handoff_instructions: 'Enter the passcode, put the food into the compartment, and close the lid.',
    passcode: digits(random, 4),
  };
}

/** @returns who plays in one story: `first` and `second` come from the same platform and are never the same person */
export function driversFor(random: Random): Drivers {
  const source = random.pick(SOURCES);
  const first = person(random, source);
  let second = person(random, source);
  while (second.name === first.name) second = person(random, source);
  return { first, second, robot: robot(random) };
}
