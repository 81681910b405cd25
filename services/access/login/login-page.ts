import { htmlText } from '../../http/html-text';
import type { Reader } from '../readers/readers';

/** The login page: HTML of the server alone, without script, so that it works wherever a cookie does. */

/** Nothing is loaded but the stylesheet, and the form goes nowhere else. */
export const LOGIN_CSP =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * @param next local path to go to afterwards
 * @param wrongToken a token was given that is no reader's
 * @param reader who is logged in already, or null
 */
export function loginPage({
  next,
  wrongToken = false,
  reader = null,
}: {
  readonly next: string;
  readonly wrongToken?: boolean;
  readonly reader?: Reader | null;
}): string {
  const error = wrongToken
    ? `<p class="error" id="error" role="alert">This token is not known, or not any more. Ask the operator of this service for one.</p>`
    : '';
  const loggedIn =
    reader === null
      ? ''
      : `<form method="post" action="/logout">
        <p>Logged in as <strong>${htmlText(reader.name ?? '')}</strong> (${reader.role}).</p>
        <button class="quiet">Log out</button>
      </form>`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${wrongToken ? 'Token not known' : 'Log in'} – Ticket Rail</title>
    <link rel="stylesheet" href="/login.css">
  </head>
  <body>
    <main>
      <h1>Ticket Rail</h1>
      ${loggedIn}
      <form method="post" action="/login">
        ${error}
        <label for="token">Access token of this screen or person</label>
        <input id="token" name="token" type="password" autocomplete="current-password" autocapitalize="none" spellcheck="false" required${wrongToken ? ' aria-invalid="true" aria-describedby="error"' : ''}>
        <input type="hidden" name="next" value="${htmlText(next)}">
        <button>Log in</button>
      </form>
    </main>
  </body>
</html>
`;
}

/**
 * @returns what a browser is shown whose form did not come from a page of ours, as far as can be told.
 * @param origin that the browser named; @param hosts by which the service was called, as it and proxies say
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

export const LOGIN_CSS = `:root {
  color-scheme: light dark;
  --ground: #f6f6f4;
  --text: #1b1b1a;
  --line: #6b6b66;
  --action: #1b4f9c;
  --on-action: #ffffff;
  --error: #a3141b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161616;
    --text: #f2f2ef;
    --line: #9a9a94;
    --action: #9cc2ff;
    --on-action: #10233f;
    --error: #ff9d99;
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
  font: 1.125rem/1.5 system-ui, sans-serif;
}
main {
  width: min(24rem, 100%);
}
form {
  display: grid;
  gap: 0.75rem;
  margin-block: 0 2rem;
}
p {
  margin: 0;
  overflow-wrap: anywhere;
}
label {
  font-weight: 600;
}
input,
button {
  width: 100%;
  min-height: 44px;
  padding: 0.5rem 0.75rem;
  border: 2px solid var(--line);
  border-radius: 0.375rem;
  background: transparent;
  color: inherit;
  font: inherit;
}
button {
  border-color: var(--action);
  background: var(--action);
  color: var(--on-action);
  font-weight: 600;
  cursor: pointer;
}
button.quiet {
  background: transparent;
  color: var(--action);
}
:focus-visible {
  outline: 3px solid var(--action);
  outline-offset: 2px;
}
.error {
  padding: 0.5rem 0.75rem;
  border-inline-start: 4px solid var(--error);
  color: var(--error);
  font-weight: 600;
}
`;
