import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { listLocations } from './locations';

/** The locations that this browser may show, to pick from; none while they are not there, or cannot be had. */
export class LocationPicks implements ReactiveController {
  ids: readonly string[] = [];
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    void listLocations('', null).then((answer) => {
      if (answer.kind !== 'listed') return;
      this.ids = answer.locations.map(({ location_id }) => location_id);
      this.#host.requestUpdate();
    });
  }
}
