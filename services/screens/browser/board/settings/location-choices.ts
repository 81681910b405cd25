import type { ReactiveControllerHost } from 'lit';
import { listLocations, type Location } from '../../feed/locations';

interface Host extends ReactiveControllerHost {
  readonly location: string;
  readonly service: string;
  readonly token: string;
  readonly picker: boolean;
}

export type LocationChoice = Pick<Location, 'location_id' | 'name'>;

/** The locations that a board offers to pick from. */
export class LocationChoices {
  #listed: readonly LocationChoice[] = [];

  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Returns the locations; the one that is shown is among them, whether or not it was listed. */
  get all(): readonly LocationChoice[] {
    const { location } = this.#host;
    return location === '' || this.#listed.some(({ location_id }) => location_id === location)
      ? this.#listed
      : [{ location_id: location, name: null }, ...this.#listed];
  }

  /** Asks for them, where they are offered. */
  readonly list = (): void => {
    if (this.#host.picker) void this.#list();
  };

  async #list(): Promise<void> {
    const { service, token } = this.#host;
    const answer = await listLocations(service, token === '' ? null : token);
    if (answer.kind !== 'listed') return;
    this.#listed = answer.locations;
    this.#host.requestUpdate();
  }
}
