import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;

/** Links in headers: address, name, and the message that says the name on pages that speak other languages. */
const SCREENS = ['/screens', 'Screens', 'page.screens'];
const EMBEDDING = ['/screens/example', 'Embedding', 'page.embedding'];
const API = ['/docs', 'API', 'page.api'];
const SERVICE = [
  SCREENS,
  ['/audit', 'Audit', 'page.audit'],
  ['/screens/destinations', 'Destinations', 'page.destinations'],
  ['/screens/watching', 'Who watches', 'page.watching'],
  EMBEDDING,
  API,
];
const AUDIT = [
  SCREENS,
  ['/audit', 'Orders'],
  ['/audit/board', 'Board replay'],
  ['/audit/coverage', 'Coverage'],
  ['/verifier', 'Verifier'],
];

const AUDIT_NEEDS = 'The audit pages need JavaScript.';
const BOARD_NEEDS = 'The board needs JavaScript.';

/**
 * What is a page's own, beside what stands in its `main`, which is the file of its name in its room:
 * - `title` in the browser's tab, and classes of the `body`;
 * - `skip`: what the first link leads to, past the header; null: there is nothing to skip;
 * - `says`: the message of that link, on pages that speak other languages than English;
 * - `nav`: links in the header, and `address`, the page's own among them; null: no header, for screens on a wall;
 * - `noscript`: what the page says to a browser without JavaScript; null: it can be read without;
 * - `styles`: the page's own style sheet, for a page without a script; others bring theirs with it.
 */
const PAGES = {
  index: {
    room: 'locations',
    title: 'Screens',
    body: 'document',
    skip: 'the locations',
    says: 'page.skip_locations',
    nav: SERVICE,
    address: '/screens',
    noscript: 'The screens need JavaScript.',
  },
  board: {
    room: 'board',
    title: 'Order board',
    body: 'screen',
    skip: 'the board',
    says: 'page.skip_board',
    nav: null,
    noscript: BOARD_NEEDS,
  },
  customers: { room: 'customers', title: 'Orders', body: 'screen', skip: null, nav: null, noscript: BOARD_NEEDS },
  example: {
    room: 'board',
    title: 'Embedding the board',
    body: 'document example',
    skip: 'the content',
    nav: [SCREENS, EMBEDDING, API],
    address: '/screens/example',
    noscript: null,
  },
  destinations: {
    room: 'destinations',
    title: 'Destinations',
    body: 'document wide',
    skip: 'the content',
    nav: SERVICE,
    address: '/screens/destinations',
    noscript: 'The page of destinations needs JavaScript.',
  },
  watching: {
    room: 'watching',
    title: 'Which screens watch',
    body: 'document wide',
    skip: 'the content',
    nav: SERVICE,
    address: '/screens/watching',
    noscript: 'The page of screens needs JavaScript.',
  },
  audit: {
    room: 'audit',
    title: 'Audit',
    body: 'document wide',
    skip: 'the content',
    nav: AUDIT,
    address: '/audit',
    noscript: AUDIT_NEEDS,
  },
  'audit-board': {
    room: 'audit',
    title: 'Board replay',
    body: 'document wide',
    skip: 'the board',
    nav: AUDIT,
    address: '/audit/board',
    noscript: AUDIT_NEEDS,
  },
  coverage: {
    room: 'audit',
    title: 'Coverage',
    body: 'document wide',
    skip: 'the content',
    nav: AUDIT,
    address: '/audit/coverage',
    noscript: AUDIT_NEEDS,
  },
  docs: {
    room: 'api',
    title: 'API',
    body: 'document wide',
    skip: 'the content',
    nav: SERVICE,
    address: '/docs',
    noscript: null,
    styles: 'api/docs.css',
  },
  sandbox: {
    room: 'sandbox',
    title: 'Sandbox',
    body: 'document wide',
    skip: 'the content',
    nav: [],
    noscript: "The sandbox's page needs JavaScript.",
  },
};

const read = (path) => readFileSync(join(here, path), 'utf8');

/** Returns the attribute by which an element says a message, if it does. */
const saying = (id) => (id === undefined ? '' : ` data-say="${id}"`);

function header({ nav, address }) {
  if (nav === null) return '';
  const links = nav.map(
    ([href, name, says]) =>
      `<a href="${href}"${saying(says)}${href === address ? ' aria-current="page"' : ''}>${name}</a>`,
  );
  return `<header>
      <p class="brand"><img src="./icon.svg" alt="" width="32" height="32" />Ticket Rail</p>
      ${links.length === 0 ? '' : `<nav data-say-label="page.pages" aria-label="Pages">${links.join('\n')}</nav>`}
    </header>`;
}

function htmlOf(name, page) {
  const { room, title, body, skip, says, noscript, styles } = page;
  const parts = {
    title,
    body,
    noscript: noscript === null ? '' : `<noscript><p>${noscript}</p></noscript>`,
    own:
      styles === undefined
        ? `<script type="module" src="./${room}/${name}-page.ts"></script>`
        : `<link rel="stylesheet" href="./${styles}" />`,
    skip: skip === null ? '' : `<a class="skip" href="#main"${saying(says)}>Skip to ${skip}</a>`,
    // The link that skips the header has to lead to what takes the focus.
    focusable: skip === null ? '' : 'tabindex="-1"',
    header: header(page),
    content: read(`${room}/${name}.html`),
  };
  return read('shell.html').replaceAll(/\{\{(\w+)\}\}/g, (_, part) => parts[part]);
}

const fileOf = (name) => join(here, `${name}.html`);

/** The pages as inputs of a build. */
export const pageInputs = Object.fromEntries(Object.keys(PAGES).map((name) => [name, fileOf(name)]));

/** Makes each page of the shell that all share and of what is its own. */
export const shell = {
  name: 'shell',
  enforce: 'pre',
  resolveId: (id) => (Object.values(pageInputs).includes(id) ? id : undefined),
  load(id) {
    const page = Object.entries(PAGES).find(([name]) => fileOf(name) === id);
    return page === undefined ? undefined : htmlOf(...page);
  },
};
