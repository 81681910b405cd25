import { later } from '../kept/later';
import { say } from '../shared/model/say';
import { speakAround } from '../shared/page-words';
import { languageOf, locationOf, modeOf, screenNameOf } from '../shared/query';
import { TicketRailBoard } from './ticket-rail-board';
import { started } from '../shared/started';

const board = document.querySelector('ticket-rail-board');
const heading = document.querySelector('h1');

let shown = '';
const setTitle = speakAround(() => {
  const title = shown === '' ? say('board.title') : say('board.title_of', { location: shown });
  if (heading !== null) heading.textContent = title;
  return title;
});

const show = (location: string): void => {
  shown = location;
  setTitle();
  if (board instanceof TicketRailBoard) board.location = location;
};

const mode = modeOf(window.location.search);
const language = languageOf(window.location.search);
const screen = screenNameOf(window.location.search);
if (board instanceof TicketRailBoard) Object.assign(board, { mode, language, screen });
const home = document.querySelector<HTMLAnchorElement>('a.home');
if (home !== null && language !== '') home.search = new URLSearchParams({ lang: language }).toString();
show(locationOf(window.location.search));
board?.addEventListener('location-changed', (event) => {
  const { location } = (event as CustomEvent<{ location: string }>).detail; // as the board sends it
  const named = Object.entries({ location, mode, lang: language, screen }).filter(([, value]) => value !== '');
  window.history.pushState(null, '', `?${new URLSearchParams(named).toString()}`);
  show(location);
});
window.addEventListener('popstate', () => {
  show(locationOf(window.location.search));
});
if (board instanceof TicketRailBoard) {
  later(async () => {
    (await import('../kept/keep-board')).keepBoard(board);
  });
}
started();
