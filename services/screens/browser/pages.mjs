import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;

/** Links in headers: address, name, and the message that says the name on pages that speak other languages. */
const SCREENS = ['/screens', 'Screens', 'page.screens'];
const OVERVIEW = ['/screens/overview', 'Overview', 'page.overview'];
const EMBEDDING = ['/screens/example', 'Embedding', 'page.embedding'];
const API = ['/docs', 'API', 'page.api'];
const SERVICE = [
  SCREENS,
  OVERVIEW,
  ['/audit', 'Audit', 'page.audit'],
  ['/screens/quarantine', 'Operation', 'page.operation'],
  EMBEDDING,
  API,
];
const OPERATION = [
  SCREENS,
  ['/screens/quarantine', 'Quarantine', 'page.quarantine'],
  ['/screens/relays', 'Relays', 'page.relays'],
  ['/screens/accesses', 'Accesses', 'page.accesses'],
  ['/screens/destinations', 'Destinations', 'page.destinations'],
  ['/screens/watching', 'Who watches', 'page.watching'],
  ['/screens/readers', 'Readers', 'page.readers'],
];
const AUDIT = [
  SCREENS,
  ['/audit', 'Orders', 'page.audit_orders'],
  ['/audit/board', 'Board replay', 'page.audit_board'],
  ['/audit/coverage', 'Coverage', 'page.audit_coverage'],
  ['/verifier', 'Verifier', 'page.audit_verifier'],
];

const AUDIT_NEEDS = 'The audit pages need JavaScript.';
const OPERATION_NEEDS = 'The pages for operators need JavaScript.';
const BOARD_NEEDS = 'The board needs JavaScript.';

/** What a page says to a browser that cannot run it, in the languages that the page would speak. */
const NOT_STARTED = {
  en: 'This page did not start. It needs Safari 15.4, Chrome 94, Edge 94, Firefox 98 or a newer version of one of them. If this browser is older, use another one; if it is not, load the page again.',
  es: 'Esta página no arrancó. Necesita Safari 15.4, Chrome 94, Edge 94, Firefox 98 o una versión más nueva. Si este navegador es anterior, use otro; si no, vuelva a cargar la página.',
  'fr-CA':
    'Cette page n’a pas démarré. Il lui faut Safari 15.4, Chrome 94, Edge 94, Firefox 98 ou une version plus récente. Si ce navigateur est plus ancien, prenez-en un autre; sinon, rechargez la page.',
  'pt-BR':
    'Esta página não iniciou. Ela precisa do Safari 15.4, Chrome 94, Edge 94, Firefox 98 ou de uma versão mais nova. Se este navegador for mais antigo, use outro; se não, recarregue a página.',
  'zh-Hans':
    '此页面未能启动。需要 Safari 15.4、Chrome 94、Edge 94、Firefox 98 或更新的版本。如果此浏览器较旧，请换一个；否则请重新加载页面。',
};

/**
 * What is a page's own, beside what stands in its `main`, which is the file of its name in its room:
 * - `title` in the browser's tab, and classes of the `body`;
 * - `skip`: what the first link leads to, past the header; null: there is nothing to skip;
 * - `says`: the message of that link, on pages that speak other languages than English;
 * - `nav`: links in the header, and `address`, the page's own among them; null: no header, for screens on a wall;
 * - `noscript`: what the page says to a browser without JavaScript; null: it can be read without;
 * - `installs`: it is for a screen of its own, which can have it as an app, and opens it without the service;
 * - `speaks`: it speaks other languages than English;
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
    speaks: true,
  },
  board: {
    room: 'board',
    title: 'Order board',
    body: 'screen',
    skip: 'the board',
    says: 'page.skip_board',
    nav: null,
    noscript: BOARD_NEEDS,
    installs: true,
    speaks: true,
  },
  customers: {
    room: 'customers',
    title: 'Orders',
    body: 'screen',
    skip: null,
    nav: null,
    noscript: BOARD_NEEDS,
    installs: true,
    speaks: true,
  },
  example: {
    room: 'board',
    title: 'Embedding the board',
    body: 'document example',
    skip: 'the content',
    nav: [SCREENS, EMBEDDING, API],
    address: '/screens/example',
    noscript: null,
  },
  overview: {
    room: 'overview',
    title: 'Overview',
    body: 'document wide',
    skip: 'the locations',
    says: 'page.skip_locations',
    nav: SERVICE,
    address: '/screens/overview',
    noscript: 'The overview needs JavaScript.',
    speaks: true,
    installs: true,
  },
  destinations: {
    room: 'destinations',
    title: 'Destinations',
    body: 'document wide',
    skip: 'the content',
    says: 'page.skip_content',
    nav: OPERATION,
    address: '/screens/destinations',
    noscript: OPERATION_NEEDS,
    speaks: true,
  },
  quarantine: {
    room: 'quarantine',
    title: 'Quarantine',
    body: 'document wide',
    skip: 'the content',
    says: 'page.skip_content',
    nav: OPERATION,
    address: '/screens/quarantine',
    noscript: OPERATION_NEEDS,
    speaks: true,
  },
  relays: {
    room: 'relays',
    title: 'Relays',
    body: 'document wide',
    skip: 'the content',
    says: 'page.skip_content',
    nav: OPERATION,
    address: '/screens/relays',
    noscript: OPERATION_NEEDS,
    speaks: true,
  },
  accesses: {
    room: 'accesses',
    title: 'Accesses',
    body: 'document wide',
    skip: 'the content',
    says: 'page.skip_content',
    nav: OPERATION,
    address: '/screens/accesses',
    noscript: OPERATION_NEEDS,
    speaks: true,
  },
  watching: {
    room: 'watching',
    title: 'Which screens watch',
    body: 'document wide',
    skip: 'the content',
    says: 'page.skip_content',
    nav: OPERATION,
    address: '/screens/watching',
    noscript: OPERATION_NEEDS,
    speaks: true,
  },
  readers: {
    room: 'readers',
    title: 'Readers',
    body: 'document wide',
    skip: 'the content',
    says: 'page.skip_content',
    nav: OPERATION,
    address: '/screens/readers',
    noscript: OPERATION_NEEDS,
    speaks: true,
  },
  pair: {
    room: 'pairing',
    title: 'Set up this screen',
    body: 'document',
    skip: null,
    nav: [],
    noscript: 'Showing a code needs JavaScript. Without it, log in with a token.',
    speaks: true,
  },
  audit: {
    room: 'audit',
    title: 'Audit',
    body: 'document wide',
    skip: 'the content',
    says: 'page.skip_content',
    nav: AUDIT,
    address: '/audit',
    noscript: AUDIT_NEEDS,
    speaks: true,
  },
  'audit-board': {
    room: 'audit',
    title: 'Board replay',
    body: 'document wide',
    skip: 'the board',
    says: 'page.skip_board',
    nav: AUDIT,
    address: '/audit/board',
    noscript: AUDIT_NEEDS,
    speaks: true,
  },
  coverage: {
    room: 'audit',
    title: 'Coverage',
    body: 'document wide',
    skip: 'the content',
    says: 'page.skip_content',
    nav: AUDIT,
    address: '/audit/coverage',
    noscript: AUDIT_NEEDS,
    speaks: true,
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

/** What a browser needs to know of a page that it may have as an app (services/screens/install-route.ts). */
const installed = (name) => `<meta name="theme-color" content="#12352c" />
    <link rel="manifest" href="/screens/manifest.webmanifest?page=${name}" vite-ignore />
    <link rel="apple-touch-icon" href="/screens/assets/icon-whole-512.png" vite-ignore />`;

/** Names of the pages that open without the service. */
export const INSTALLABLE = Object.keys(PAGES).filter((name) => PAGES[name].installs === true);

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

/** Returns what stands on the page until its script has run, and is seen if that takes long. */
function notStarted(languages) {
  const words = languages.map((language) => `<p lang="${language}">${NOT_STARTED[language]}</p>`);
  return `<div class="not-started">${words.join('')}</div>`;
}

function htmlOf(name, page) {
  const { room, title, body, skip, says, noscript, installs, speaks, styles } = page;
  const parts = {
    title,
    body,
    noscript:
      noscript === null
        ? ''
        : `<noscript><p>${noscript}</p></noscript>${notStarted(speaks === undefined ? ['en'] : Object.keys(NOT_STARTED))}`,
    installed: installs === true ? installed(name) : '',
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
