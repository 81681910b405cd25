import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Creates what sets the headers that keep browsers from doing with an answer what it is not for. */
export const setPageHeaders = (): RequestHandler =>
  helmet({
    // Whether TLS is there is its terminator's to say: both of these would break plain HTTP on a private network.
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    // Without a referrer, browsers send no origin with the forms of our own pages either.
    referrerPolicy: { policy: 'same-origin' },
  });
