import type { Router } from 'express';
import {
  BEGINNING,
  Committed,
  Consumer,
  ConsumerCommit,
  ConsumerList,
  type ConsumerName,
  ConsumerStart,
  type FeedPosition,
} from '../../../schemas/api/feed';
import { ConsumerPath } from '../../../schemas/api/requests';
import { managesConsumers } from '../../access/permissions';
import { FEED, readers } from '../../access/requirements';
import type { Reader } from '../../access/readers/readers';
import { type Endpoints, json, serve } from '../../http/endpoint';
import { BODY_PROBLEMS, createJsonBodies, parseBody } from '../../http/json-body';
import { Problem, STORE_PROBLEMS } from '../../http/problem';
import type { KnownConsumer } from './consumer-fold';
import { type Consumers, MAX_CONSUMERS } from './consumers';

/** Where reading is open, there are no readers to distinguish. */
const isOwn = (reader: Reader, consumer: KnownConsumer): boolean => reader.open || consumer.reader === reader.name;

const isManaged = (reader: Reader, consumer: KnownConsumer): boolean =>
  isOwn(reader, consumer) || managesConsumers(reader);

const notOwn = ({ name }: Reader): Problem =>
  new Problem(
    'not-permitted',
    `This consumer is not ${String(name)}’s: only the reader that made it follows by it and commits. Choose another ` +
      'name, or have an operator of all locations delete it.',
  );

/** Finds a consumer by its name. @throws {Problem} `consumer-not-found`, `not-permitted` */
type Find = (reader: Reader, name: ConsumerName) => Promise<KnownConsumer>;

export interface FindConsumer {
  /** One that the reader made. It alone follows by it and commits, so that nobody else moves it unnoticed. */
  readonly own: Find;
  /** One that the reader may delete. */
  readonly managed: Find;
}

export function createFindConsumer(consumers: Pick<Consumers, 'get'>): FindConsumer {
  const find =
    (isFor: (reader: Reader, consumer: KnownConsumer) => boolean): Find =>
    async (reader, name) => {
      const consumer = await consumers.get(name);
      if (consumer === null) throw new Problem('consumer-not-found', `Make it with PUT /consumers/${name}.`);
      if (!isFor(reader, consumer)) throw notOwn(reader);
      return consumer;
    };
  return { own: find(isOwn), managed: find(isManaged) };
}

export const CONSUMER_CALLS = {
  listConsumers: {
    method: 'get',
    path: '/consumers',
    tag: 'Feed',
    summary: 'The reader’s consumers, and how far behind they are',
    description:
      'An operator of all locations sees those of all readers. The lag of each counts the items of the locations of the ' +
      'reader that made it.',
    answers: { 200: json('By name', ConsumerList) },
    problems: STORE_PROBLEMS,
    permission: readers(FEED),
  },
  setConsumer: {
    method: 'put',
    path: '/consumers/{name}',
    tag: 'Feed',
    summary: 'Make a consumer, or set it to another position',
    description:
      'A consumer keeps its place in the feed in the event store: any instance of the service goes on from there. It ' +
      'is for one program, since two take each other’s items, and only the reader that made it follows by it and ' +
      'commits. An operator of all locations may set it and delete it. Stop the program first: what it commits moves ' +
      'the consumer on.',
    params: ConsumerPath,
    body: { required: false, content: { 'application/json': [ConsumerStart] } },
    answers: { 200: json('It was there, and is set', Consumer), 201: json('Made', Consumer) },
    problems: ['feed-position-unknown', ...BODY_PROBLEMS, 'too-many-followers', 'read-model-behind', ...STORE_PROBLEMS],
    permission: readers(FEED),
  },
  deleteConsumer: {
    method: 'delete',
    path: '/consumers/{name}',
    tag: 'Feed',
    summary: 'Forget a consumer',
    description: 'Its position is gone; one of the same name begins anew.',
    params: ConsumerPath,
    answers: { 204: { description: 'Forgotten' } },
    problems: ['consumer-not-found', ...STORE_PROBLEMS],
    permission: readers(FEED),
  },
  commit: {
    method: 'post',
    path: '/consumers/{name}/commit',
    tag: 'Feed',
    summary: 'Say that everything up to a position is done with',
    description:
      'Answered once it is durable. It never goes back: an earlier position than the one that stands changes nothing, ' +
      'and the answer has the one that stands. Only for the reader that made the consumer.',
    params: ConsumerPath,
    body: { required: true, content: { 'application/json': [ConsumerCommit] } },
    answers: { 200: json('Where the consumer is now', Committed) },
    problems: ['consumer-not-found', 'feed-position-unknown', ...BODY_PROBLEMS, ...STORE_PROBLEMS],
    permission: readers(FEED),
  },
} satisfies Endpoints;

/**
 * Creates the routes of the consumers of the feed.
 * @param startOf the position that is asked for
 * @param verify throws a {@link Problem} if a position is not in the log
 * @param viewOf makes what the asker is shown of a consumer, with its lag
 */
export function createConsumerRoutes(options: {
  readonly consumers: Consumers;
  readonly find: FindConsumer;
  readonly startOf: (start: ConsumerStart) => Promise<FeedPosition>;
  readonly verify: (position: FeedPosition) => Promise<void>;
  readonly viewOf: (consumer: KnownConsumer, asker: Reader) => Promise<Consumer>;
}): Router {
  const { consumers, find, startOf, verify, viewOf } = options;
  const withBody = createJsonBodies();

  return serve(CONSUMER_CALLS, {
    listConsumers: async ({ response, reader }) => {
      const all = await consumers.list();
      const own = all.filter((consumer) => consumer.reader === reader.name || managesConsumers(reader));
      const list: ConsumerList = { consumers: [] };
      for (const consumer of own) list.consumers.push(await viewOf(consumer, reader));
      response.json(list);
    },

    setConsumer: ({ request, response, reader, params: { name } }) =>
      withBody(request, response, async (json) => {
        const start = parseBody(ConsumerStart, json);
        const known = await consumers.get(name);
        if (known !== null && !isManaged(reader, known)) throw notOwn(reader);
        const position = await startOf(start);
        const consumer = await consumers.set(name, known === null ? reader.name : known.reader, position);
        if (consumer === null) {
          throw new Problem('too-many-followers', `There are ${String(MAX_CONSUMERS)} consumers. Delete some.`);
        }
        response.status(known === null ? 201 : 200).json(await viewOf(consumer, reader));
      }),

    deleteConsumer: async ({ response, reader, params: { name } }) => {
      await find.managed(reader, name);
      await consumers.remove(name);
      response.status(204).end();
    },

    commit: ({ request, response, reader, params: { name } }) =>
      withBody(request, response, async (json) => {
        const { position } = parseBody(ConsumerCommit, json);
        await find.own(reader, name);
        if (position !== BEGINNING) await verify(position);
        const committed = await consumers.commit(name, position);
        if (committed === null) throw new Problem('consumer-not-found', 'It was deleted just now.');
        response.json({ name, position: committed } satisfies Committed);
      }),
  });
}
