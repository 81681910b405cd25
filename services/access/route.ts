import { type Request, type Response, Router } from 'express';
import { createBodyReader } from '../handle-order/read-body';
import { CHALLENGE, Problem, takesOnly } from '../problem';
import { readerOf, refuseOtherOrigins } from './guard';
import { LOGIN_CSP, LOGIN_CSS, loginPage } from './login-page';
import type { ReaderDirectory } from './readers';
import { credentialOf, endSession, localPath, startSession } from './session';

/** Most bytes of a login form, and of all that are being read. */
const MAX_FORM_BYTES = 8_192;
const MAX_FORMS_BYTES = 256 * MAX_FORM_BYTES;

/** Over TLS, here or at a terminator in front. Who forges the header only keeps his own cookie from plain HTTP. */
const cameOverTls = (request: Request): boolean =>
  request.secure || request.get('X-Forwarded-Proto')?.split(',')[0]?.trim().toLowerCase() === 'https';

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
export function createLoginRoutes(readers: ReaderDirectory): Router {
  const router = Router();
  const readForm = createBodyReader({ limit: MAX_FORM_BYTES, room: MAX_FORMS_BYTES });

  router.get('/login', (request, response) => {
    const next = localPath(request.query['next']);
    if (readers.open) {
      response.redirect(302, next);
      return;
    }
    const credential = credentialOf(request.headers);
    const reader = credential === null ? null : readers.identify(credential.token);
    sendPage(response, 200, loginPage({ next, reader }));
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
    refuseOtherOrigins(request.headers);
    const form = new URLSearchParams(body.bytes.toString());
    const next = localPath(form.get('next'));
    const token = form.get('token')?.trim() ?? '';
    if (!readers.open) {
      if (readers.identify(token) === null) {
        response.set('WWW-Authenticate', CHALLENGE);
        sendPage(response, 401, loginPage({ next, wrongToken: true }));
        return;
      }
      response.append('Set-Cookie', startSession(token, cameOverTls(request)));
    }
    response.set('Cache-Control', 'no-store').redirect(303, next);
  });

  router.post('/logout', (request, response) => {
    refuseOtherOrigins(request.headers);
    response.append('Set-Cookie', endSession(cameOverTls(request)));
    response.set('Cache-Control', 'no-store').redirect(303, '/login');
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
