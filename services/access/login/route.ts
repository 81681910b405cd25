import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { Session as SessionOfReader } from '../../../schemas/files/readers';
import { createBodyReader } from '../../http/read-body';
import { ANYONE, type Endpoints, json, serve } from '../../http/endpoint';
import { createRoutes } from '../../http/methods';
import { CHALLENGE, Problem } from '../../http/problem';
import { refuseOtherOrigins } from '../guard';
import { readers as readersOnly } from '../requirements';
import { type BasePath, pageBelow } from '../../http/base-path';
import { calledHosts, cameOverTls } from './forwarded';
import { LOGIN_CSP, LOGIN_CSS, loginPage, refusedPage } from './login-page';
import { loginSpeech } from './login-speech';
import type { ReaderDirectory } from '../readers/readers';
import { credentialOf, isSameOrigin, localPath, type SessionCookies } from './session';

/** Most bytes of a login form, and of all that are being read. */
const MAX_FORM_BYTES = 8_192;
const MAX_FORMS_BYTES = 256 * MAX_FORM_BYTES;

/** Who is signed in has changed: the way to the page that comes then. */
const CHANGED = '/screens/session';

const PAGE = { 'text/html': [z.string()] };

export const LOGIN_CALLS = {
  getLogin: {
    method: 'get',
    path: '/login',
    tag: 'Access',
    summary: 'The page where people log in',
    description:
      'Browsers that open a page without having logged in are led here, with `next`, the page to go to afterwards.',
    answers: {
      200: { description: 'The page', content: PAGE },
      302: { description: 'Reading is open: on to the page', headers: { Location: 'the page' } },
    },
    problems: [],
    permission: ANYONE,
  },
  logIn: {
    method: 'post',
    path: '/login',
    tag: 'Access',
    summary: 'Log in',
    description: 'The form of the page. Only a page of this service may send it.',
    body: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': [
          z.object({
            token: z.string().meta({ description: 'of a reader' }),
            next: z.string().optional().meta({ description: 'the page to go to' }),
          }),
        ],
      },
    },
    answers: {
      303: {
        description: 'Logged in: on to the page',
        headers: { Location: 'leads to the page', 'Set-Cookie': 'the session' },
      },
      401: { description: 'There is no such token', content: PAGE },
      403: { description: 'A page of another origin sent it', content: PAGE },
    },
    problems: ['body-too-large', 'not-permitted'],
    permission: ANYONE,
  },
  logOut: {
    method: 'post',
    path: '/logout',
    tag: 'Access',
    summary: 'Log out',
    description: 'Only a page of this service may send it.',
    answers: {
      303: {
        description: 'Logged out: on to the login',
        headers: { Location: 'leads to the login', 'Set-Cookie': 'deletes the session' },
      },
      403: { description: 'A page of another origin sent it', content: PAGE },
    },
    problems: ['not-permitted'],
    permission: ANYONE,
  },
} satisfies Endpoints;

export const SESSION_CALLS = {
  getSession: {
    method: 'get',
    path: '/session',
    tag: 'Access',
    summary: 'The reader who asks, with role and locations',
    description: 'What the reader may see follows from both.',
    answers: { 200: json('The reader', SessionOfReader) },
    problems: [],
    permission: readersOnly(),
  },
} satisfies Endpoints;

const speechFor = (request: Request, next: string) => loginSpeech(next, request.headers['accept-language']);

function sendPage(response: Response, status: number, page: string): void {
  response
    .status(status)
    .set({ 'Content-Security-Policy': LOGIN_CSP, 'Cache-Control': 'no-store' })
    .type('html')
    .send(page);
}

/**
 * Creates the routes where people log in and out. Not behind the guard. Guesses are not counted: tokens are 256 random
 * bits, and a limit per address would lock out the screens of a restaurant that share one.
 */
export function createLoginRoutes(options: {
  readonly readers: ReaderDirectory;
  readonly session: SessionCookies;
  readonly basePath: BasePath;
  /** Whether a screen can be signed in by a code that it shows. */
  readonly offersPairing: boolean;
}): Router {
  const { readers, session, basePath, offersPairing } = options;
  const readForm = createBodyReader({ limit: MAX_FORM_BYTES, room: MAX_FORMS_BYTES });
  const send = (response: Response, status: number, page: string): void => {
    sendPage(response, status, pageBelow(basePath, page));
  };

  /**
   * Refuses a form of another origin. A person learns in a page what has to be set, and a program as ever.
   * @returns whether the form was refused
   */
  const refused = (request: Request, response: Response): boolean => {
    if (isSameOrigin(request.headers)) return false;
    if (request.accepts(['json', 'html']) !== 'html') refuseOtherOrigins(request.headers);
    send(response, 403, refusedPage(request.headers.origin ?? null, calledHosts(request.headers)));
    return true;
  };

  const changed = (next: string): string => `${basePath}${CHANGED}?next=${encodeURIComponent(next)}`;

  const parts = createRoutes({
    // The service worker of the screens sees this address, and forgets what it kept for whom was signed in before.
    [CHANGED]: {
      get: ({ query }, response) => {
        response.set('Cache-Control', 'no-store').redirect(302, localPath(query['next'], basePath));
      },
    },
    '/login.css': {
      get: (_request, response) => {
        response.set('Cache-Control', 'public, max-age=3600').type('css').send(LOGIN_CSS);
      },
    },
  });

  const calls = serve(LOGIN_CALLS, {
    getLogin: ({ request, response }) => {
      const next = localPath(request.query['next'], basePath);
      if (readers.open) {
        response.redirect(302, next);
        return;
      }
      const credential = credentialOf(request.headers);
      const reader = credential === null ? null : readers.identify(credential.token);
      send(response, 200, loginPage({ next, reader, offersPairing, speech: speechFor(request, next) }));
    },

    logIn: async ({ request, response }) => {
      const body = await readForm(request, response);
      if (body.kind === 'cut-off') return;
      if (body.kind !== 'whole') throw new Problem('body-too-large', 'The form is over the limit, or came too slowly.');
      if (refused(request, response)) return;
      const form = new URLSearchParams(body.bytes.toString());
      const next = localPath(form.get('next'), basePath);
      const token = form.get('token')?.trim() ?? '';
      if (!readers.open) {
        if (readers.identify(token) === null) {
          response.set('WWW-Authenticate', CHALLENGE);
          send(response, 401, loginPage({ next, wrongToken: true, offersPairing, speech: speechFor(request, next) }));
          return;
        }
        response.append('Set-Cookie', [...session.start(token, cameOverTls(request))]);
      }
      response.set('Cache-Control', 'no-store').redirect(303, changed(next));
    },

    logOut: ({ request, response }) => {
      if (refused(request, response)) return;
      response.append('Set-Cookie', [...session.end(cameOverTls(request))]);
      response.set('Cache-Control', 'no-store').redirect(303, changed(`${basePath}/login`));
    },
  });
  return parts.use(calls);
}

/** Shows a reader who it is and what it may read. These routes belong behind the guard. */
export const createSessionRoutes = (): Router =>
  serve(SESSION_CALLS, {
    getSession: ({ response, reader }) => {
      response.set('Cache-Control', 'no-store').json(reader);
    },
  });
