import './environment';
import { BrokenInvariant } from '../../../schemas/broken-invariant';
import type { SentencePart } from '../../../schemas/language/sentences/phrase';
import { sayVerifying as say } from '../../../schemas/language/verifying';
import type { AboutWords } from '../../audit/verify/about';
import { printableLine } from '../../terminal/printable';
import { pageSpeech, sayParts, speakAround } from './language';
import { type Result, resultView } from './result-view';
import { type Chosen, sortOut, verifyChosen } from './verify-chosen';

/** The page: what is chosen or dropped is verified, one file after the other. Whatever stands in a file is text here. */

function the<Found extends HTMLElement>(id: string, type: new () => Found): Found {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new BrokenInvariant(`the page has no ${id}`);
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

const speech = pageSpeech();

/** What others wrote, which cannot turn what stands around it. */
const isolated = (text: string): HTMLElement => element('bdi', text);

function sentenceOf(parts: readonly SentencePart[], className: string): HTMLElement {
  const made = element('p', '', className);
  made.append(...parts.map(({ text, isForeign }) => (isForeign ? isolated(text) : text)));
  return made;
}

function aboutOf({ what, when, reported }: AboutWords): readonly HTMLElement[] {
  return [
    sentenceOf(what, 'what'),
    ...(when === null ? [] : [element('p', when, 'when')]),
    ...reported.flatMap(({ heading, sentence }) => [element('h4', heading), sentenceOf(sentence, 'sentence')]),
  ];
}

/** What the command prints, in its language. */
function detailsOf(lines: readonly string[]): HTMLElement {
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  summary.append(...sayParts(speech, 'verifier.details', { command: element('code', 'ticket-rail verify') }));
  const list = element('ul', '', 'lines');
  list.append(
    ...lines.map((line) => {
      const item = document.createElement('li');
      const said = isolated(line.trim());
      said.lang = 'en';
      item.append(said);
      return item;
    }),
  );
  details.append(summary, list);
  return details;
}

/** @param name printable */
function show(article: HTMLElement, name: string, result: Result): string {
  const { verdict, title, meaning, about, lines } = resultView(name, result, speech);
  article.dataset['verdict'] = verdict;
  article.replaceChildren(
    headingOf(name),
    element('p', title, 'verdict'),
    ...meaning.map((text) => element('p', text)),
    ...(about === null ? [] : aboutOf(about)),
    ...(lines.length === 0 ? [] : [detailsOf(lines)]),
  );
  return say(speech, 'verifier.result', { file: name, verdict: title });
}

function headingOf(name: string): HTMLElement {
  const heading = element('h3', '');
  heading.append(isolated(name));
  return heading;
}

async function verifyOne(file: File, chosen: Chosen): Promise<string> {
  const name = printableLine(file.name);
  const article = element('article', '');
  const progress = document.createElement('progress');
  progress.setAttribute('aria-label', say(speech, 'verifier.verifying_file', { file: name }));
  const events = element('p', say(speech, 'verifier.verifying'));
  article.append(headingOf(name), progress, events);
  results.append(article);
  const result = await verifyChosen(file, chosen, (done, total, seen) => {
    progress.max = total;
    progress.value = done;
    events.textContent = say(speech, 'verifier.so_far', { count: seen });
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
  status.textContent = say(speech, 'verifier.verifying');
  const said: string[] = [];
  const chosen = await sortOut(all);
  if (newest !== run) return;
  for (const file of chosen.files) {
    const one = await verifyOne(file, chosen);
    if (newest !== run) return;
    said.push(one);
  }
  status.textContent = said.length === 0 ? say(speech, 'verifier.nothing') : said.join(' ');
}

speakAround(speech);
// Until here, it says which browsers can run this.
status.textContent = say(speech, 'verifier.no_file');
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
