import { htmlText } from '../../http/html-text';
import { en, type MessageId } from '../../../schemas/language/catalogues/en';
import { sayIn } from '../../../schemas/language/counter';
import { partsIn, type Speech } from '../../../schemas/language/speech';
import type { Reader } from '../readers/readers';

/** The login page: HTML of the server alone, without script, so that it works wherever a cookie does. */

/** Nothing is loaded but the stylesheet, and the form goes nowhere else. */
export const LOGIN_CSP =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The mark of the screens (services/screens/browser/icon.svg), which a page that loads no picture has to bring along. */
const BRAND = `<p class="brand"><svg viewBox="0 0 32 32" width="40" height="40" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#12352c"/><path d="M5 8h22v3H5z" fill="#f4c430"/><path d="M9 11h14v14l-2.3-1.6L18.3 25 16 23.4 13.7 25l-2.4-1.6L9 25z" fill="#fff"/><path d="M12 15h8v1.6h-8zm0 4h6v1.6h-6z" fill="#12352c"/></svg>Ticket Rail</p>`;

/** Messages of the page that have no places. */
type PlainId = Exclude<Extract<MessageId, `login.${string}`>, 'login.logged_in_as'>;

/**
 * @param next local path to go to afterwards
 * @param wrongToken a token was given that is no reader's
 * @param reader who is logged in already, or null
 * @param offersPairing the page that shows a code can be used in place of a token
 * @param speech how the page speaks
 */
export function loginPage({
  next,
  wrongToken = false,
  reader = null,
  offersPairing,
  speech,
}: {
  readonly next: string;
  readonly wrongToken?: boolean;
  readonly reader?: Reader | null;
  readonly offersPairing: boolean;
  readonly speech: Speech;
}): string {
  const say = (id: PlainId): string => htmlText(sayIn(speech, id));
  const error = wrongToken ? `<p class="error" id="error" role="alert">${say('login.unknown_token')}</p>` : '';
  const loggedIn =
    reader === null
      ? ''
      : `<form method="post" action="/logout">
        <p>${loggedInAs(speech, reader)}</p>
        <button class="quiet">${say('login.log_out')}</button>
      </form>`;
  const pairing = offersPairing
    ? `<section>
        <p>${say('login.no_token')}</p>
        <a class="button" href="/pair?next=${encodeURIComponent(next)}">${say('login.show_code')}</a>
      </section>`
    : '';
  return `<!doctype html>
<html lang="${speech.language}" dir="${speech.direction}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${say(wrongToken ? 'login.unknown_token_title' : 'login.title')} – Ticket Rail</title>
    <link rel="stylesheet" href="/login.css">
  </head>
  <body>
    <main>
      ${BRAND}
      <h1>${say('login.title')}</h1>
      ${loggedIn}
      <form method="post" action="/login">
        ${error}
        <label for="token">${say('login.token')}</label>
        <input id="token" name="token" type="password" autocomplete="current-password" autocapitalize="none" spellcheck="false" required${wrongToken ? ' aria-invalid="true" aria-describedby="error"' : ''}>
        <input type="hidden" name="next" value="${htmlText(next)}">
        <button>${say('login.button')}</button>
      </form>
      ${pairing}
    </main>
  </body>
</html>
`;
}

function loggedInAs(speech: Speech, { name }: Reader): string {
  const parts = partsIn<{ readonly html: string }>(speech, 'login.logged_in_as', en['login.logged_in_as'], {
    reader: { html: `<strong>${htmlText(name ?? '')}</strong>` },
  });
  return parts.map((part) => (typeof part === 'string' ? htmlText(part) : part.html)).join('');
}

/**
 * @returns what a browser is shown whose form did not come from a page of ours, as far as can be found out.
 * @param origin that the browser named
 * @param hosts by which the service was called, as it and proxies say
 */
export function refusedPage(origin: string | null, hosts: readonly string[]): string {
  const seen =
    hosts.length === 0 ? 'no host' : [...new Set(hosts)].map((host) => `<code>${htmlText(host)}</code>`).join(', ');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Form refused – Ticket Rail</title>
    <link rel="stylesheet" href="/login.css">
  </head>
  <body>
    <main>
      ${BRAND}
      <h1>Form refused</h1>
      <p class="error" role="alert">This form seems to come from another site, so that nothing was done.</p>
      <p>Your browser says that it comes from <code>${htmlText(origin ?? 'another site')}</code>; the service was called as ${seen}.</p>
      <p>If both are the same service, the proxy in front of it has to pass on the address as it is in the browser, with its
      port: in nginx <code>proxy_set_header Host $http_host;</code>, elsewhere the header <code>X-Forwarded-Host</code> or
      <code>Forwarded</code>.</p>
      <p><a href="/login">Back to the login</a></p>
    </main>
  </body>
</html>
`;
}

/** In the colours of the screens (services/screens/browser/shared/styles/tokens.css). */
export const LOGIN_CSS = `:root {
  color-scheme: light dark;
  --ground: #eceeea;
  --surface: #ffffff;
  --text: #14201b;
  --muted: #48564f;
  --line: #c3cbc5;
  --edge: #6c7a73;
  --accent: #0b5a49;
  --on-accent: #ffffff;
  --alarm: #b3231b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0c1210;
    --surface: #1a2420;
    --text: #edf3ef;
    --muted: #aebbb4;
    --line: #34423c;
    --edge: #82918a;
    --accent: #66d9b8;
    --on-accent: #04231b;
    --alarm: #ff8d83;
  }
}
* {
  box-sizing: border-box;
}
body {
  margin: 0;
  min-height: 100vh;
  display: grid;
  place-items: center;
  padding: 1rem;
  background: var(--ground);
  color: var(--text);
  font: 1.0625rem/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
}
main {
  display: grid;
  gap: 1.25rem;
  width: min(26rem, 100%);
  padding: clamp(1.25rem, 6vw, 2.25rem);
  border: 1px solid var(--line);
  border-radius: 1rem;
  background: var(--surface);
  box-shadow: 0 1px 2px rgb(0 0 0 / 14%), 0 12px 32px rgb(0 0 0 / 8%);
}
h1,
p {
  margin: 0;
  overflow-wrap: anywhere;
}
h1 {
  font-size: 1.7rem;
  line-height: 1.15;
}
.brand {
  display: flex;
  align-items: center;
  gap: 0.7rem;
  font-size: 1.1rem;
  font-weight: 700;
}
form,
section {
  display: grid;
  gap: 0.75rem;
}
label {
  color: var(--muted);
  font-weight: 600;
}
input,
button,
.button {
  width: 100%;
  min-height: 48px;
  padding: 0.5rem 0.75rem;
  border: 1px solid var(--edge);
  border-radius: 0.5rem;
  background: transparent;
  color: inherit;
  font: inherit;
}
button {
  border-color: transparent;
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 600;
  cursor: pointer;
}
button.quiet,
.button {
  border-color: var(--edge);
  background: transparent;
  color: var(--text);
}
.button {
  display: grid;
  place-items: center;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
}
a {
  color: var(--accent);
}
:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
}
.error {
  padding: 0.5rem 0.75rem;
  border-inline-start: 4px solid var(--alarm);
  color: var(--alarm);
  font-weight: 600;
}
`;
