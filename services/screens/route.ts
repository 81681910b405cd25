import { type RequestHandler, Router } from 'express';
import { readerOf } from '../access/guard';
import { requirePages } from '../access/requirements';
import type { BasePath } from '../http/base-path';
import { createInstall } from './install-route';
import { createAssets, createPages } from './page-route';
import { createVerifier } from './verifier-route';

const PAGES = [
  ['/screens', 'index.html'],
  ['/screens/board', 'board.html'],
  ['/screens/customers', 'customers.html'],
  ['/screens/destinations', 'destinations.html'],
  ['/screens/overview', 'overview.html'],
  ['/screens/quarantine', 'quarantine.html'],
  ['/screens/relays', 'relays.html'],
  ['/screens/accesses', 'accesses.html'],
  ['/screens/example', 'example.html'],
  ['/screens/watching', 'watching.html'],
  ['/screens/readers', 'readers.html'],
  ['/audit', 'audit.html'],
  ['/audit/board', 'audit-board.html'],
  ['/audit/coverage', 'coverage.html'],
] as const;

/** The page of a new screen, which nobody is signed in at yet. */
const PUBLIC_PAGES = [['/pair', 'pair.html']] as const;

export interface Screens {
  /**
   * Code and style, the same for everybody, for pages of others too: no reader's rights are needed. `/`, the page of a new
   * screen, the verifier, and what makes pages installable as well.
   */
  readonly assets: Router;
  /** The pages. They hold no data themselves. */
  readonly pages: Router;
}

const guardPage: RequestHandler = (_request, response, next) => {
  requirePages(readerOf(response));
  next();
};

/**
 * Creates the routes of the screens for counter staff and customers, as built by `npm run build`. `/` leads to them.
 */
export function createScreens(basePath: BasePath): Screens {
  const assets = createAssets();
  assets.get('/', (_request, response) => {
    response.redirect(302, `${basePath}/screens`);
  });
  assets.use(createPages(PUBLIC_PAGES, basePath), createVerifier(), createInstall(basePath));
  const pages = Router();
  pages.all(
    PAGES.map(([path]) => path),
    guardPage,
  );
  pages.use(createPages(PAGES, basePath));
  return { assets, pages };
}
