import './environment';
import { count } from '../../terminal/figures';
import { printableLine } from '../../terminal/printable';
import { type Chosen, type Result, sortOut, verifyChosen } from './verify-chosen';

/** The page: what is chosen or dropped is verified, one file after the other. Whatever stands in a file is text here. */

function the<Found extends HTMLElement>(id: string, type: new () => Found): Found {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}
const form = the('form', HTMLFormElement);
const drop = the('drop', HTMLDivElement);
const input = the('files', HTMLInputElement);
const status = the('status', HTMLParagraphElement);
const results = the('results', HTMLDivElement);

function element(name: string, text: string, className = ''): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}

const VERDICTS = { holds: 'Holds', broken: 'Does not hold', undecided: 'Cannot be decided', unusable: 'Not verified' };

/** @param name printable */
function show(article: HTMLElement, name: string, result: Result): string {
  const verdict = result.kind === 'verified' ? result.verdict : 'unusable';
  const lines = result.kind === 'verified' ? result.lines : [result.detail];
  const list = element('ul', '', 'lines');
  list.append(...lines.map((line) => element('li', line.trim())));
  article.dataset['verdict'] = verdict;
  article.replaceChildren(element('h3', name), element('p', VERDICTS[verdict], 'verdict'), list);
  return `${name}: ${VERDICTS[verdict]}.`;
}

async function verifyOne(file: File, chosen: Chosen): Promise<string> {
  const name = printableLine(file.name);
  const article = element('article', '');
  const progress = document.createElement('progress');
  progress.setAttribute('aria-label', `Verifying ${name}`);
  const events = element('p', 'Verifying');
  article.append(element('h3', name), progress, events);
  results.append(article);
  const result = await verifyChosen(file, chosen, (done, total, seen) => {
    progress.max = total;
    progress.value = done;
    events.textContent = `Verifying: ${count(seen)} events so far`;
  });
  return show(article, name, result);
}

/** Each choice begins anew; the one before is left where it is. */
let newest: object | null = null;

async function verifyAll(all: readonly File[]): Promise<void> {
  if (all.length === 0) return;
  const run = {};
  newest = run;
  results.replaceChildren();
  status.textContent = 'Verifying.';
  const said: string[] = [];
  const chosen = await sortOut(all);
  if (newest !== run) return;
  for (const file of chosen.files) {
    const one = await verifyOne(file, chosen);
    if (newest !== run) return;
    said.push(one);
  }
  status.textContent = said.length === 0 ? 'There was no export and no evidence among the files.' : said.join(' ');
}

// Until here, it says which browsers can run this.
status.textContent = 'No file yet.';
// From a disk, it is saved already.
if (location.protocol !== 'file:') {
  const save = the('save', HTMLParagraphElement);
  save.querySelector('a')?.setAttribute('href', location.href);
  save.hidden = false;
}
form.addEventListener('submit', (event) => {
  event.preventDefault();
});
input.addEventListener('change', () => {
  void verifyAll([...(input.files ?? [])]);
  // The same file may be chosen again, after it was changed.
  input.value = '';
});
// A file that misses the field is not to take the place of the page.
for (const type of ['dragover', 'drop'] as const) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.toggle('over', type === 'dragover');
    if (type === 'drop') void verifyAll([...(event.dataTransfer?.files ?? [])]);
  });
}
document.addEventListener('dragleave', () => {
  drop.classList.remove('over');
});
