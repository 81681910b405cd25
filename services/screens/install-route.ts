import { readFileSync } from 'node:fs';
import type { Request, Router } from 'express';
import type { BasePath } from '../http/base-path';
import { answersBuilt } from '../http/built-text';
import { createRoutes } from '../http/methods';

/** The script that opens pages without the service, as the build made it. */
const WORKER = require.resolve('#screens/service-worker.js');

/** Pages that can be installed, the first if none is named, with how much of the device each takes. */
const PAGES = { board: 'standalone', customers: 'fullscreen', overview: 'standalone' } as const;
type Page = keyof typeof PAGES;
/** Parameters of the address of a page, in the order in which they are written. */
const PARAMETERS = ['location', 'mode', 'lang', 'screen', 'name', 'clock'] as const;
/** Longest value of a parameter, in characters: a location id may have 256. */
const MOST_CHARACTERS = 256;

/** Colours of the icon (browser/icon.svg) and of the ground (browser/shared/styles/tokens.css). */
const THEME = '#12352c';
const GROUND = '#eceeea';

const icon = (basePath: BasePath, name: string, pixels: number, purpose: 'any' | 'maskable') => ({
  src: `${basePath}/screens/assets/${name}`,
  sizes: `${String(pixels)}x${String(pixels)}`,
  type: 'image/png',
  purpose,
});

const isPage = (name: unknown): name is Page => typeof name === 'string' && Object.hasOwn(PAGES, name);

/** Describes a page as an app of its own: one that is installed opens the board that was open then. */
function manifestOf(basePath: BasePath, query: Request['query']) {
  const page: Page = isPage(query['page']) ? query['page'] : 'board';
  const given = PARAMETERS.flatMap((name): [string, string][] => {
    const value = query[name];
    return typeof value === 'string' && value !== '' && value.length <= MOST_CHARACTERS ? [[name, value]] : [];
  });
  const addressWith = (some: [string, string][]): string => {
    const search = new URLSearchParams(some).toString();
    return `${basePath}/screens/${page}${search === '' ? '' : `?${search}`}`;
  };
  const location = given.find(([name]) => name === 'location');
  const isWall = given.some(([name, value]) => name === 'mode' && value === 'wall');
  return {
    name: location === undefined ? 'Ticket Rail' : `Ticket Rail · ${location[1]}`,
    short_name: 'Ticket Rail',
    // In another language or mode, it is the same app.
    id: addressWith(location === undefined ? [] : [location]),
    start_url: addressWith(given),
    scope: `${basePath}/screens`,
    display: isWall ? 'fullscreen' : PAGES[page],
    theme_color: THEME,
    background_color: GROUND,
    icons: [
      icon(basePath, 'icon-192.png', 192, 'any'),
      icon(basePath, 'icon-512.png', 512, 'any'),
      icon(basePath, 'icon-whole-512.png', 512, 'maskable'),
    ],
  };
}

/**
 * Creates the routes of what makes pages installable: the service worker and the manifest. For everybody: browsers ask for
 * both without saying who they are, and neither holds more than the address that asks.
 */
export function createInstall(basePath: BasePath): Router {
  const script = readFileSync(WORKER, 'utf8');
  const headers = {
    // It may fetch pages and parts of this service, and keep them: nothing else.
    'Content-Security-Policy': "default-src 'none'; connect-src 'self'",
    // `/screens` itself too, so that the end of a session is seen there.
    'Service-Worker-Allowed': `${basePath}/screens`,
  };
  return createRoutes({
    '/screens/service-worker.js': { get: answersBuilt('text/javascript', script, headers) },
    '/screens/manifest.webmanifest': {
      get: (request, response) => {
        response.set('Cache-Control', 'no-cache').type('application/manifest+json');
        response.send(JSON.stringify(manifestOf(basePath, request.query)));
      },
    },
  });
}
