import { type Request, type Response, Router } from 'express';
import { createBodyReader } from '../../http/read-body';
import { CHALLENGE, Problem, takesOnly } from '../../http/problem';
import { readerOf, refuseOtherOrigins } from '../guard';
import { type BasePath, pageBelow } from '../../http/base-path';
import { calledHosts, cameOverTls } from './forwarded';
import { LOGIN_CSP, LOGIN_CSS, loginPage, refusedPage } from './login-page';
import type { ReaderDirectory } from '../readers/readers';
import { credentialOf, isSameOrigin, localPath, type Session } from './session';

/** Most bytes of a login form, and of all that are being read. */
const MAX_FORM_BYTES = 8_192;
const MAX_FORMS_BYTES = 256 * MAX_FORM_BYTES;

/** Over TLS, here or at a terminator in front. Who forges the header only keeps his own cookie from plain HTTP. */
const isSecure = (request: Request): boolean => request.secure || cameOverTls(request.headers);

function sendPage(response: Response, status: number, page: string): void {
  response
    .status(status)
    .set({ 'Content-Security-Policy': LOGIN_CSP, 'Cache-Control': 'no-store' })
    .type('html')
    .send(page);
}

/**
 * Where people log in and out. Not behind the guard. Guesses are not counted: tokens are 256 random bits, and a limit per
 * address would lock out the screens of a restaurant that share one.
 */
export function createLoginRoutes(readers: ReaderDirectory, session: Session, basePath: BasePath): Router {
  const router = Router();
  const readForm = createBodyReader({ limit: MAX_FORM_BYTES, room: MAX_FORMS_BYTES });
  const send = (response: Response, status: number, page: string): void => {
    sendPage(response, status, pageBelow(basePath, page));
  };

  /** A person is told in a page what has to be set, and a program as ever. @returns whether the form was refused */
  const refused = (request: Request, response: Response): boolean => {
    if (isSameOrigin(request.headers)) return false;
    if (request.accepts(['json', 'html']) !== 'html') refuseOtherOrigins(request.headers);
    send(response, 403, refusedPage(request.headers.origin ?? null, calledHosts(request.headers)));
    return true;
  };

  router.get('/login', (request, response) => {
    const next = localPath(request.query['next'], basePath);
    if (readers.open) {
      response.redirect(302, next);
      return;
    }
    const credential = credentialOf(request.headers);
    const reader = credential === null ? null : readers.identify(credential.token);
    send(response, 200, loginPage({ next, reader }));
  });

  router.get('/login.css', (_request, response) => {
    response.set('Cache-Control', 'public, max-age=3600').type('css').send(LOGIN_CSS);
  });

  router.post('/login', async (request, response) => {
    const body = await readForm(request);
    if (body.kind === 'cut-off') return;
    if (body.kind !== 'whole') {
      response.set('Connection', 'close');
      throw new Problem('body-too-large', 'The form is over the limit, or came too slowly.');
    }
    if (refused(request, response)) return;
    const form = new URLSearchParams(body.bytes.toString());
    const next = localPath(form.get('next'), basePath);
    const token = form.get('token')?.trim() ?? '';
    if (!readers.open) {
      if (readers.identify(token) === null) {
        response.set('WWW-Authenticate', CHALLENGE);
        send(response, 401, loginPage({ next, wrongToken: true }));
        return;
      }
      response.append('Set-Cookie', [...session.start(token, isSecure(request))]);
    }
    response.set('Cache-Control', 'no-store').redirect(303, next);
  });

  router.post('/logout', (request, response) => {
    if (refused(request, response)) return;
    response.append('Set-Cookie', [...session.end(isSecure(request))]);
    response.set('Cache-Control', 'no-store').redirect(303, `${basePath}/login`);
  });

  router.all('/login.css', takesOnly('GET'));
  router.all('/login', takesOnly('GET, POST'));
  router.all('/logout', takesOnly('POST'));
  return router;
}

/** Tells a reader who it is and what it may read. Behind the guard. */
export function createSessionRoutes(): Router {
  const router = Router();
  router.get('/session', (_request, response) => {
    response.set('Cache-Control', 'no-store').json(readerOf(response));
  });
  router.all('/session', takesOnly('GET'));
  return router;
}
