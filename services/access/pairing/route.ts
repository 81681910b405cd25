import type { Router } from 'express';
import { BegunPairing, PairingAnswer, PairingQuestion } from '../../../schemas/api/pairing';
import type { BasePath } from '../../http/base-path';
import { networkOf } from '../../http/connections';
import { ANYONE, type Endpoints, json, serve } from '../../http/endpoint';
import { BODY_PROBLEMS, createJsonBodies, parseBody } from '../../http/json-body';
import { Problem, type ProblemCode } from '../../http/problem';
import { refuseOtherOrigins } from '../guard';
import { cameOverTls } from '../login/forwarded';
import { localPath, type SessionCookies } from '../login/session';
import type { DeadCode, Pairings } from './pairings';

export const PAIRING_CALLS = {
  beginPairing: {
    method: 'post',
    path: '/pairings',
    tag: 'Access',
    summary: 'Begin to sign in a new screen by a code that it shows',
    description:
      'The device flow of RFC 8628, without a token: the screen shows `user_code`, an operator enters it ' +
      '(`PUT /readers/{name}`), and the screen, which asks with `device_code`, gets its session. The page /pair does so. ' +
      'A pairing is known only to the instance of the service that began it, until it ends. Only a page of this service, ' +
      'or a program, may send it.',
    answers: { 200: json('The codes', BegunPairing) },
    problems: ['not-permitted', 'readers-fixed', 'too-many-pairings'],
    permission: ANYONE,
  },
  pickUpSession: {
    method: 'post',
    path: '/pairings/session',
    tag: 'Access',
    summary: 'Ask whether the code was entered, and get the session',
    description:
      'Of a code that was entered, it answers once with the session, as a cookie like that of /login. The user code alone ' +
      'never gives one.',
    body: { required: true, content: { 'application/json': [PairingQuestion] } },
    answers: {
      200: {
        ...json('Nobody has entered it yet; or: signed in', PairingAnswer),
        headers: { 'Set-Cookie': 'the session' },
      },
    },
    problems: [
      'invalid-parameter',
      'not-permitted',
      'pairing-not-found',
      'pairing-used',
      'pairing-expired',
      ...BODY_PROBLEMS,
    ],
    permission: ANYONE,
  },
} satisfies Endpoints;

const DEAD: Readonly<Record<DeadCode, readonly [code: ProblemCode, detail: string]>> = {
  unknown: [
    'pairing-not-found',
    'Compare it with the screen. An instance of the service knows only the codes that it made itself, since it was started.',
  ],
  expired: ['pairing-expired', 'A code is valid for 10 minutes. Have the screen show another one.'],
  used: ['pairing-used', 'A code is for one screen, once. Have the screen show another one.'],
};

/** Returns the problem of a code that leads to nothing. */
export const deadCode = (why: DeadCode): Problem => new Problem(...DEAD[why]);

/** Says why readers cannot be changed here, and what to do. @param open nobody is configured, and reading is open */
export const readersFixed = (open: boolean): Problem =>
  new Problem(
    'readers-fixed',
    open
      ? 'Reading is open, and no screen of this machine needs to sign in. Make readers with `ticket-rail reader add`, and set READERS_FILE.'
      : 'They are listed in READERS: put them into a file, and set READERS_FILE to it.',
  );

/**
 * Creates the routes of screens that wait to be signed in. Not behind the guard.
 * @param pairings null: readers cannot be changed here
 */
export function createPairingRoutes(options: {
  readonly pairings: Pairings | null;
  readonly readersAreOpen: boolean;
  readonly session: SessionCookies;
  readonly basePath: BasePath;
}): Router {
  const { pairings, readersAreOpen, session, basePath } = options;
  const withBody = createJsonBodies();
  return serve(PAIRING_CALLS, {
    beginPairing: ({ request, response }) => {
      refuseOtherOrigins(request.headers);
      if (pairings === null) throw readersFixed(readersAreOpen);
      const begun = pairings.begin(networkOf(request.socket.remoteAddress ?? ''));
      if (begun === null) throw new Problem('too-many-pairings', 'Try again in some minutes, or log in with a token.');
      response.json(begun);
    },

    pickUpSession: ({ request, response }) =>
      withBody(request, response, (body) => {
        refuseOtherOrigins(request.headers);
        const { device_code, next } = parseBody(PairingQuestion, body);
        const found = pairings?.pickUp(device_code) ?? { kind: 'unknown' };
        switch (found.kind) {
          case 'waiting':
            response.json({ state: 'waiting' } satisfies PairingAnswer);
            return;
          case 'approved':
            response.append('Set-Cookie', [...session.start(found.token, cameOverTls(request))]);
            response.json({ state: 'signed_in', next: localPath(next, basePath) } satisfies PairingAnswer);
            return;
          case 'unknown':
          case 'expired':
          case 'used':
            throw deadCode(found.kind);
        }
      }),
  });
}
