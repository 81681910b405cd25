import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FeedFact, FeedOrder } from '../../schemas/api/feed';
import { Order } from '../../schemas/api/order-view';

/** What the README of each client says, against what the client has. */

const CLIENTS = resolve(__dirname, '../../clients');
/** Of orders, what a client has only among everything as it came. */
const LEFT_OUT: ReadonlySet<string> = new Set(['label', 'reported_at']);

const snake = (name: string): string => name;
const camel = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const pascal = (name: string): string => camel(`_${name}`);

it.each<[string, string, (name: string) => string]>([
  ['TypeScript', 'typescript', snake],
  ['Python', 'python', snake],
  ['PHP', 'php', camel],
  ['Java', 'java', camel],
  ['C#', 'csharp', pascal],
])(
  'the README of the client for %s names each field of items and orders as the client does',
  (_name, folder, named) => {
    const readme = readFileSync(join(CLIENTS, folder, 'README.md'), 'utf8');
    const rowOf = (start: string): string => readme.split('\n').find((line) => line.startsWith(start)) ?? '';
    const fieldsIn = (text: string): string[] => [...text.matchAll(/`(\w+)`/g)].map(([, field = '']) => field);
    const missing = (fields: readonly string[], text: string): readonly string[] =>
      fields.map(named).filter((field) => !fieldsIn(text).includes(field));

    const common = Object.keys(FeedFact.shape).filter((field) => field in FeedOrder.shape && field !== 'revision');
    const ofOrders = ['revision', 'order'];
    const ofFacts = Object.keys(FeedFact.shape).filter((field) => !common.includes(field));
    expect(missing(common, rowOf('| every one |'))).toEqual([]);
    expect(missing(ofOrders, rowOf('| `order.state` (view `orders`) |'))).toEqual([]);
    expect(missing(ofFacts, rowOf('| `order.updated`,'))).toEqual([]);
    const [, order = ''] = readme.split(`\`${named('order')}\` has `);
    const [paragraph = ''] = order.split('\n\n');
    expect(
      missing(
        Object.keys(Order.shape).filter((field) => !LEFT_OUT.has(field)),
        paragraph,
      ),
    ).toEqual([]);
  },
);
