import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { newContext } from './browser-lab';

/** The verifier as a stranger opens it: a file, from a disk, without a network. */

export const VERIFIER = resolve(__dirname, '..', '..', 'dist', 'screens', 'verifier.html');

/** @param query of its address @param file in its place */
export async function openVerifier(
  browser: Browser,
  options: BrowserContextOptions = {},
  { query = '', file = VERIFIER }: { readonly query?: string; readonly file?: string } = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await newContext(browser, { offline: true, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) complaints.push(request.url());
  });
  await page.goto(`${pathToFileURL(file).href}${query}`);
  return { page, complaints };
}

/** What the page says of a file. */
export interface Shown {
  readonly name: string;
  readonly verdict: string;
  readonly title: string;
  /** All paragraphs below the verdict. */
  readonly said: readonly string[];
  /** What the command prints. */
  readonly lines: readonly string[];
}

/** Milliseconds that the largest files of the tests may take. */
const PATIENCE_MS = 600_000;

/** @returns what the page says, once it has said it of all files. */
export async function resultsOf(page: Page): Promise<readonly Shown[]> {
  await page.locator('#status', { hasText: /[:：].*[.。]$/ }).waitFor({ timeout: PATIENCE_MS });
  return page.evaluate<Shown[]>(`[...document.querySelectorAll('article')].map((one) => ({
    name: one.querySelector('h3').textContent,
    verdict: one.dataset.verdict,
    title: one.querySelector('.verdict').textContent,
    said: [...one.querySelectorAll('p:not(.verdict)')].map((part) => part.textContent),
    lines: [...one.querySelectorAll('li')].map((line) => line.textContent),
  }))`);
}
