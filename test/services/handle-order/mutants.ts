import fc from 'fast-check';
import { EXAMPLES } from '../../support/deliveries';
import { arbitraryOrderCanceledObject, arbitraryOrderUpdatedObject } from '../../projections/arbitraries';

/** Valid bodies, and what becomes of them when someone mistypes, cuts, repeats or damages them. */

/** A JSON value in a form that can also say what no JavaScript value can, such as a repeated name. */
type Tree =
  | { readonly kind: 'object'; readonly members: readonly (readonly [name: string, value: Tree])[] }
  | { readonly kind: 'array'; readonly items: readonly Tree[] }
  | { readonly kind: 'text'; readonly json: string };

const text = (json: string): Tree => ({ kind: 'text', json });

function toTree(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(toTree) };
  if (typeof value !== 'object' || value === null) return text(JSON.stringify(value));
  return { kind: 'object', members: Object.entries(value).map(([name, member]) => [name, toTree(member)] as const) };
}

function toJson(tree: Tree): string {
  switch (tree.kind) {
    case 'object':
      return `{${tree.members.map(([name, value]) => `${JSON.stringify(name)}:${toJson(value)}`).join()}}`;
    case 'array':
      return `[${tree.items.map(toJson).join()}]`;
    case 'text':
      return tree.json;
  }
}

/** What other values and names a place in a body may get: wrong types, edges, and names that objects have anyway. */
const VALUES = [
  ...['null', 'true', '0', '-1', '1.5', '1e400', '1e20', '""', '" "', '"x"', '"completed"', '"Ready"', '[]', '{}'],
  ...['[null]', '{"":0}', '"\\u0000"', '"\\ud800"', '"🛵"', '"a:b"', '"../.."', '{"__proto__":{"status":"failed"}}'],
  ...[`"${'x'.repeat(200)}"`, `"${'x'.repeat(201)}"`, `${'['.repeat(40)}${']'.repeat(40)}`, 'NaN', 'undefined', ''],
];
const NAMES = [
  'order_id',
  'location_id',
  'status',
  'object',
  'type',
  '__proto__',
  'constructor',
  '',
  'a/b~c',
  'Status',
];

const TREE_KINDS = ['drop', 'duplicate', 'retype', 'rename', 'nest', 'move'] as const;
interface TreeMutation {
  readonly kind: (typeof TREE_KINDS)[number];
  /** Which member of the body, counted over all of its objects. */
  readonly at: number;
  readonly with: number;
}

const pick = (from: readonly string[], index: number): string => from[index % from.length] ?? '';

function mutateMember(member: readonly [string, Tree], mutation: TreeMutation): readonly (readonly [string, Tree])[] {
  const [name, value] = member;
  switch (mutation.kind) {
    case 'drop':
      return [];
    case 'duplicate':
      return [member, [name, mutation.with % 2 === 0 ? value : text(pick(VALUES, mutation.with))]];
    case 'retype':
      return [[name, text(pick(VALUES, mutation.with))]];
    case 'rename':
      return [[pick(NAMES, mutation.with), value]];
    case 'nest':
      return [
        [name, mutation.with % 2 === 0 ? { kind: 'array', items: [value] } : { kind: 'object', members: [member] }],
      ];
    case 'move':
      return [[pick(NAMES, mutation.with), text('"moved"')], member];
  }
}

function mutateTree(tree: Tree, mutation: TreeMutation): Tree {
  let seen = 0;
  const count = (node: Tree): number =>
    node.kind === 'object'
      ? node.members.reduce((sum, [, value]) => sum + 1 + count(value), 0)
      : node.kind === 'array'
        ? node.items.reduce((sum, item) => sum + count(item), 0)
        : 0;
  const target = mutation.at % Math.max(1, count(tree));
  const walk = (node: Tree): Tree => {
    if (node.kind === 'text') return node;
    if (node.kind === 'array') return { kind: 'array', items: node.items.map(walk) };
    return {
      kind: 'object',
      members: node.members.flatMap(([name, value]) =>
        seen++ === target ? mutateMember([name, value], mutation) : [[name, walk(value)] as const],
      ),
    };
  };
  return walk(tree);
}

const BYTE_KINDS = ['flip', 'insert', 'cut', 'truncate', 'repeat', 'pad'] as const;
interface ByteMutation {
  readonly kind: (typeof BYTE_KINDS)[number];
  readonly at: number;
  readonly with: Uint8Array;
}

function mutateBytes(body: Buffer, mutation: ByteMutation): Buffer {
  const at = body.length === 0 ? 0 : mutation.at % body.length;
  const [first = 0, second = 0] = mutation.with;
  switch (mutation.kind) {
    case 'flip': {
      if (body.length === 0) return body;
      const flipped = Buffer.from(body);
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (first & 7)), at);
      return flipped;
    }
    case 'insert':
      return Buffer.concat([body.subarray(0, at), mutation.with, body.subarray(at)]);
    case 'cut':
      return Buffer.concat([body.subarray(0, at), body.subarray(at + 1 + (first % 8))]);
    case 'truncate':
      return body.subarray(0, at);
    case 'repeat':
      return Buffer.concat([body.subarray(0, at), body.subarray(at, at + second), body.subarray(at)]);
    case 'pad':
      return Buffer.concat([body, Buffer.alloc(first * second, ' ')]);
  }
}

const arbitraryBody: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: arbitraryOrderUpdatedObject.map((object) => ({ type: 'order.updated', object })) },
  { weight: 1, arbitrary: arbitraryOrderCanceledObject.map((object) => ({ type: 'order.canceled', object })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...EXAMPLES).map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as unknown),
  },
);
const arbitraryTreeMutation: fc.Arbitrary<TreeMutation> = fc.record({
  kind: fc.constantFrom(...TREE_KINDS),
  at: fc.nat(1_000),
  with: fc.nat(1_000),
});
const INTERESTING = ['"', '\\', '{', ']', ',', ':', '\0', '\n', 'é', '\\ud800', '1e999', '"a":1,"a":1,'].map(
  (interesting) => Uint8Array.from(Buffer.from(interesting)),
);
const arbitraryByteMutation: fc.Arbitrary<ByteMutation> = fc.record({
  kind: fc.constantFrom(...BYTE_KINDS),
  at: fc.nat(100_000),
  with: fc.oneof(fc.uint8Array({ minLength: 2, maxLength: 4 }), fc.constantFrom(...INTERESTING)),
});

export interface Mutant {
  readonly bytes: Buffer;
  /** Nothing was done to it: it is as valid as it was. */
  readonly untouched: boolean;
}

/** A valid body, most often damaged in one to four ways. */
export const arbitraryMutant: fc.Arbitrary<Mutant> = fc
  .record({
    body: arbitraryBody,
    trees: fc.array(arbitraryTreeMutation, { maxLength: 2 }),
    bytes: fc.oneof(
      { weight: 2, arbitrary: fc.constant<ByteMutation[]>([]) },
      { weight: 1, arbitrary: fc.array(arbitraryByteMutation, { minLength: 1, maxLength: 2 }) },
    ),
  })
  .map(({ body, trees, bytes }) => ({
    bytes: bytes.reduce(mutateBytes, Buffer.from(toJson(trees.reduce(mutateTree, toTree(body))))),
    untouched: trees.length + bytes.length === 0,
  }));
