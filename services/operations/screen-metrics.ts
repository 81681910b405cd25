import { Counter, Gauge, type Registry } from 'prom-client';
import type { ScreenFigures } from '../screen-reports/watching';

/** Measures screens at each scrape. */
export function measureScreens(registers: Registry[], figures: ScreenFigures): void {
  const gauge = (name: string, help: string, read: () => number | null): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      registers,
      collect: () => {
        const value = read();
        if (value === null) made.remove();
        else made.set(value);
      },
    });
  };
  gauge(
    'ticket_rail_screens_watching',
    'Boards and walls that are live and visible, by their own reports to this instance.',
    figures.watching,
  );
  gauge(
    'ticket_rail_unwatched_locations',
    'Locations with active orders, of which one had news in the last 12 hours, that no screen watches by a report to this instance; none until it has run for 30 seconds.',
    figures.unwatchedLocations,
  );
  const receipts: Counter = new Counter({
    name: 'ticket_rail_display_receipts_total',
    help: 'Receipts of what screens painted that were recorded.',
    registers,
    collect: () => {
      receipts.reset();
      receipts.inc(figures.receipts());
    },
  });
}
