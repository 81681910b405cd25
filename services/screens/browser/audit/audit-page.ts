import { readFilters } from './model/search';
import { TicketRailSearch } from './search/ticket-rail-search';
import { TicketRailTimeline } from './timeline/ticket-rail-timeline';
import { started } from '../shared/started';

const query = new URLSearchParams(window.location.search);
const [location, order] = [query.get('location'), query.get('order')];
const main = document.querySelector('main');

if (location !== null && order !== null) {
  const timeline = new TicketRailTimeline();
  const revision = query.get('revision') ?? '';
  timeline.location = location;
  timeline.order = order;
  timeline.revision = /^\d{1,15}$/.test(revision) ? Number(revision) : null;
  document.title = `Order ${order} · Audit · Ticket Rail`;
  const heading = document.querySelector('h1');
  if (heading !== null) heading.textContent = 'Timeline of an order';
  main?.append(timeline);
} else {
  const search = new TicketRailSearch();
  search.filters = readFilters(query);
  main?.append(search);
}
started();
