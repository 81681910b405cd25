import { isJsonObject, type JsonObject } from '../../schemas/json/json-object';
import { digitsOf, saysNothing } from './values';

/**
 * Reads what was sent otherwise than the protocol says, as far as it can be meant only one way
 * (docs/protocol.md#ruling-5-3).
 */

/** What is expected: a text, a flag, or an object, which may also come as the text of one of its fields. */
type Kind = 'text' | 'flag' | Shape;
interface Shape {
  readonly fields: readonly Field[];
  readonly inShort: string | null;
}
interface Field {
  readonly name: string;
  readonly pointer: string;
  readonly kind: Kind;
}
/** Fields by name; `inShort` names the one that a text stands for. */
interface Described {
  readonly fields: Readonly<Record<string, 'text' | 'flag' | Described>>;
  readonly inShort?: string;
}

const shapeOf = (pointer: string, { fields, inShort }: Described): Shape => ({
  inShort: inShort ?? null,
  fields: Object.entries(fields).map(([name, described]) => {
    const at = `${pointer}/${name}`;
    return { name, pointer: at, kind: typeof described === 'string' ? described : shapeOf(at, described) };
  }),
});

export const DRIVER_DETAILS = '/driver_details';
/** The fields we know (docs/protocol.md#driver-details); others are kept as they come. */
const DRIVER = shapeOf(DRIVER_DETAILS, {
  fields: {
    source: 'text',
    name: 'text',
    phone: { fields: { number: 'text', code: 'text' }, inShort: 'number' },
    picture_url: 'text',
    vehicle_info: {
      fields: { make: 'text', model: 'text', color: 'text', license_plate: 'text', is_autonomous: 'flag' },
    },
    handoff_instructions: 'text',
    passcode: 'text',
  },
});

/** @returns the text that a value is or stands for, or undefined. */
export function interpretText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' ? String(value) : (digitsOf(value) ?? undefined);
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

function interpretFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return FLAGS.get(value.trim().toLowerCase());
  const digits = digitsOf(value);
  return digits === '1' ? true : digits === '0' ? false : undefined;
}

function interpretShort(value: unknown, inShort: string | null): JsonObject | undefined {
  const text = inShort === null || typeof value === 'boolean' ? undefined : interpretText(value);
  return text === undefined || inShort === null ? undefined : { [inShort]: text };
}

function interpretField(
  value: unknown,
  { kind, pointer }: Pick<Field, 'kind' | 'pointer'>,
  unreadable: string[],
): unknown {
  if (typeof kind !== 'string' && isJsonObject(value)) return interpretFields(value, kind, unreadable);
  if (saysNothing(value)) return undefined;
  const read =
    kind === 'text'
      ? interpretText(value)
      : kind === 'flag'
        ? interpretFlag(value)
        : interpretShort(value, kind.inShort);
  if (read !== value) unreadable.push(pointer);
  return read;
}

/** @returns `said` itself if all that we know of it came as expected, which is nearly always. */
function interpretFields(said: JsonObject, { fields }: Shape, unreadable: string[]): JsonObject {
  let corrected: Record<string, unknown> | null = null;
  for (const field of fields) {
    const value = said[field.name];
    if (value === undefined || (typeof value === 'string' && field.kind === 'text')) continue;
    const read = interpretField(value, field, unreadable);
    if (read === value) continue;
    corrected ??= { ...said };
    corrected[field.name] = read;
  }
  return corrected ?? said;
}

/**
 * @param unreadable gets the pointer of each field that is read otherwise than it came
 * @returns details in which every known field has the type that it should have or is undefined; null where there are none
 */
export function interpretDriverDetails(value: unknown, unreadable: string[]): JsonObject | null {
  const read = interpretField(value, { kind: DRIVER, pointer: DRIVER_DETAILS }, unreadable);
  return isJsonObject(read) ? read : null;
}

/** @returns whether a delivery reports the field at a pointer, or what it is in, in whatever form. */
function reports(data: JsonObject, pointer: string): boolean {
  let value: unknown = data;
  for (const name of pointer.split('/').slice(1)) {
    if (!isJsonObject(value)) break;
    value = value[name];
  }
  return !saysNothing(value);
}

/**
 * @param before the fields of which the last that was reported was read otherwise than it came
 * @param unreadable those of this delivery
 * @returns the same after this delivery, which may report some of them as they should be
 */
export function stillUnreadable(
  before: readonly string[],
  data: JsonObject,
  unreadable: readonly string[],
): readonly string[] {
  if (before.length === 0) return unreadable;
  return [...before.filter((pointer) => !reports(data, pointer)), ...unreadable];
}
