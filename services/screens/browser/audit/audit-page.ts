import { speakPage } from '../operators/speak-as-asked';
import { started } from '../shared/started';
import { AUDITORS, say } from './model/say';
import { parseFilters, parseShown } from './model/search';
import { TicketRailSearch } from './search/ticket-rail-search';
import { TicketRailTimeline } from './timeline/ticket-rail-timeline';

const query = new URLSearchParams(window.location.search);
const [location, order] = [query.get('location'), query.get('order')];
const main = document.querySelector('main');

if (location !== null && order !== null) {
  const timeline = new TicketRailTimeline();
  const revision = query.get('revision') ?? '';
  timeline.location = location;
  timeline.order = order;
  timeline.revision = /^\d{1,15}$/.test(revision) ? Number(revision) : null;
  const heading = document.querySelector('h1');
  if (heading !== null) {
    heading.dataset['say'] = 'timeline.title';
    heading.textContent = say('timeline.title');
  }
  main?.append(timeline);
  speakPage(() => say('timeline.title_of', { order }), AUDITORS, timeline);
} else {
  const search = new TicketRailSearch();
  search.shown = parseShown(query);
  search.filters = parseFilters(query);
  main?.append(search);
  speakPage(() => say('audit.title'), AUDITORS, search);
}
started();
