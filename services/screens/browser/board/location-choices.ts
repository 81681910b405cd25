import type { ReactiveControllerHost } from 'lit';
import { listLocations } from '../feed/locations';

interface Host extends ReactiveControllerHost {
  readonly location: string;
  readonly service: string;
  readonly token: string;
}

/** The locations that a board offers to pick from. */
export class LocationChoices {
  #listed: readonly string[] = [];

  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Returns the ids of the locations; the one that is shown is among them, whether or not it was listed. */
  get ids(): readonly string[] {
    const { location } = this.#host;
    return location === '' || this.#listed.includes(location) ? this.#listed : [location, ...this.#listed];
  }

  async list(): Promise<void> {
    const { service, token } = this.#host;
    const answer = await listLocations(service, token === '' ? null : token);
    if (answer.kind !== 'listed') return;
    this.#listed = answer.locations.map(({ location_id }) => location_id);
    this.#host.requestUpdate();
  }
}
