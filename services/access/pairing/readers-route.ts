import type { Router } from 'express';
import type { Logger } from 'pino';
import { NewScreen } from '../../../schemas/api/pairing';
import { ListedReader, ListedReaders } from '../../../schemas/api/reader-view';
import { ReaderPath } from '../../../schemas/api/requests';
import { type Endpoints, json, serve } from '../../http/endpoint';
import { BODY_PROBLEMS, createJsonBodies, parseBody } from '../../http/json-body';
import { Problem } from '../../http/problem';
import { requireCurrent } from '../guard';
import { type AccessLog, RECORD_PROBLEMS } from '../log/access-log';
import { createBudget } from '../log/budget';
import { addReader, removeReader } from '../readers/manage-readers';
import type { Reader, ReaderDirectory, SeenReader } from '../readers/readers';
import { type FollowedFile, ReadersFileError } from '../readers/readers-file';
import { READERS, readers as readersOnly, SCREEN_READERS } from '../requirements';
import type { Pairings } from './pairings';
import { deadCode, readersFixed } from './route';

/** Most bytes of what a new screen may see: some hundred locations; for more there is "*". */
export const MAX_NEW_SCREEN_BYTES = 16_384;
/** Bodies of the longest that are read at a time. */
const NEW_SCREENS_AT_ONCE = 16;
/**
 * Most codes that one reader may enter at once, and each minute for long. With as many wrong ones as that in 10 minutes,
 * and as many screens as may wait, one in some 200,000 readers who guess would meet a code.
 */
export const CODES_AT_ONCE = 30;
export const CODES_PER_MINUTE = 10;

export const READER_CALLS = {
  listReaders: {
    method: 'get',
    path: '/readers',
    tag: 'Access',
    summary: 'Who may read, and when each asked last',
    description: 'Never a token, nor its hash.',
    answers: { 200: json('The readers', ListedReaders) },
    problems: RECORD_PROBLEMS,
    permission: readersOnly(READERS),
  },
  addScreen: {
    method: 'put',
    path: '/readers/{name}',
    tag: 'Access',
    summary: 'Add a screen by the code that it shows',
    description:
      'It becomes a reader with the role `screen`, in the file of READERS_FILE, and gets its session by itself. Other roles ' +
      'are given by `ticket-rail reader add`. A code is valid for 10 minutes, and once.',
    params: ReaderPath,
    body: { required: true, content: { 'application/json': [NewScreen] } },
    answers: { 201: json('Added', ListedReader) },
    problems: [
      'pairing-not-found',
      'reader-exists',
      'readers-fixed',
      'pairing-used',
      'pairing-expired',
      'too-many-codes',
      'readers-unchangeable',
      ...BODY_PROBLEMS,
      ...RECORD_PROBLEMS,
    ],
    permission: readersOnly(SCREEN_READERS),
  },
  removeScreen: {
    method: 'delete',
    path: '/readers/{name}',
    tag: 'Access',
    summary: 'Take a screen away, such as one that was stolen',
    description:
      'Its sessions, its bearer token and its open streams end at once. Readers of other roles are removed by ' +
      '`ticket-rail reader remove`.',
    params: ReaderPath,
    answers: { 204: { description: 'Taken away' } },
    problems: ['reader-not-found', 'reader-not-screen', 'readers-fixed', 'readers-unchangeable', ...RECORD_PROBLEMS],
    permission: readersOnly(SCREEN_READERS),
  },
} satisfies Endpoints;

/** Where readers are, and can be changed. */
interface Changeable {
  readonly file: FollowedFile;
  readonly pairings: Pairings;
}

/**
 * Creates the routes of who may read. Behind the guard.
 * @param changeable null: readers are not in a file
 */
export function createReaderRoutes(options: {
  readonly directory: ReaderDirectory;
  readonly changeable: Changeable | null;
  readonly accessLog: Pick<AccessLog, 'record'>;
  readonly log: Logger;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
}): Router {
  const { directory, changeable, accessLog, log, monotonic } = options;
  const withBody = createJsonBodies(MAX_NEW_SCREEN_BYTES, NEW_SCREENS_AT_ONCE);
  const takeCode = createBudget({ atOnce: CODES_AT_ONCE, perMinute: CODES_PER_MINUTE, now: monotonic });
  const source: ListedReaders['listed_in'] = changeable !== null ? 'file' : directory.open ? 'none' : 'variable';

  const listed = ({ name, role, locations, acts = false, seenAt }: SeenReader): ListedReader => ({
    name,
    role,
    locations,
    acts,
    last_seen: seenAt === null ? null : timeOf(seenAt),
    removable: source === 'file' && role === 'screen',
  });

  /** Runs what changes the file. @throws {Problem} */
  const changing = <Result>(reader: Reader, change: (changeable: Changeable) => Result): Result => {
    requireCurrent(directory, reader);
    if (changeable === null) throw readersFixed(directory.open);
    try {
      return change(changeable);
    } catch (error) {
      throw error instanceof ReadersFileError ? problemOf(error, log) : error;
    }
  };

  return serve(READER_CALLS, {
    listReaders: async ({ request, response, reader }) => {
      await accessLog.record(reader, { what: 'readers', path: request.originalUrl });
      response.json({
        readers: directory.list().map(listed),
        listed_in: source,
        since: timeOf(directory.since),
      } satisfies ListedReaders);
    },

    addScreen: ({ request, response, reader, params: { name } }) =>
      withBody(request, response, async (body) => {
        const { code, locations, acts } = parseBody(NewScreen, body);
        if (!takeCode(reader.name ?? '', 1))
          throw new Problem('too-many-codes', 'Wait a minute, and enter the code as the screen shows it.');
        const given = new URLSearchParams({ acts: String(acts) });
        for (const location of locations) given.append('location_id', location);
        const path = `${request.path}?${given.toString()}`;
        await accessLog.record(reader, { what: 'pairing', path, byItself: true });
        const screen = { name, role: 'screen', locations, ...(acts ? { acts } : {}) } as const;
        const outcome = changing(reader, ({ pairings, file }) =>
          pairings.approve(code, () => file.change((changed) => addReader(changed, screen))),
        );
        if (outcome !== 'approved') throw deadCode(outcome);
        log.info({ screen: name, locations, acts }, 'a screen was added');
        response.status(201).json(listed({ ...screen, seenAt: null }));
      }),

    removeScreen: async ({ request, response, reader, params: { name } }) => {
      await accessLog.record(reader, { what: 'removal', path: request.originalUrl, byItself: true });
      changing(reader, ({ file }) => file.change((changed) => removeReader(changed, name, 'screen')));
      log.info({ screen: name }, 'a screen was taken away');
      response.status(204).end();
    },
  });
}

const timeOf = (ms: number): string => new Date(ms).toISOString();

function problemOf({ obstacle, message }: ReadersFileError, log: Logger): Problem {
  switch (obstacle) {
    case 'name-taken':
      return new Problem('reader-exists', 'Choose another name, or take that one away first.');
    case 'no-such-reader':
      return new Problem('reader-not-found', 'GET /readers lists them.');
    case 'other-role':
      return new Problem(
        'reader-not-screen',
        'Only screens are taken away here. Run `ticket-rail reader remove` beside the service.',
      );
    case 'unchangeable':
      log.error({ detail: message }, 'READERS_FILE cannot be changed');
      return new Problem('readers-unchangeable', message);
  }
}
