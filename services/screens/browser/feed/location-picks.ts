import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { choiceWords, isSought, likeliest, listLocations, type Location } from './locations';

/** The locations that this browser may show, to pick from; none while they are not there, or cannot be had. */
export class LocationPicks implements ReactiveController {
  all: readonly Location[] = [];
  /** They have come, or cannot be had. */
  isSettled = false;
  #isComplete = false;
  #byId: ReadonlyMap<string, Location> = new Map();
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    void listLocations('', null).then((answer) => {
      this.isSettled = true;
      this.#host.requestUpdate();
      if (answer.kind !== 'listed') return;
      this.all = answer.locations;
      this.#isComplete = answer.complete;
      this.#byId = new Map(answer.locations.map((location) => [location.location_id, location]));
    });
  }

  /** @returns all of them, and before them the one of an id that is not among them; '' is none. */
  allWith(id: string): readonly Pick<Location, 'location_id' | 'name'>[] {
    return id === '' || this.has(id) ? this.all : [{ location_id: id, name: null }, ...this.all];
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** @returns what people call a location: its name, or else its id. */
  called(id: string): string {
    return this.nameOf(id) ?? id;
  }

  /** @returns the name of a location; null: nobody said so */
  nameOf(id: string): string | null {
    return this.#byId.get(id)?.name ?? null;
  }

  /** @returns its time zone by its name, or null if it is not known. */
  zoneOf(id: string): string | null {
    return this.#byId.get(id)?.time_zone ?? null;
  }

  /** @returns the locations whose id or name is likely to have been meant by a text, the likeliest first */
  like(text: string): readonly Location[] {
    return likeliest(text, this.all);
  }

  /** @returns those of which a text is a part of the name or id; one of which it is all is the only one; none if there may be others. */
  sought(text: string): readonly Location[] {
    const whole = this.all.filter((one) => choiceWords(one).toLowerCase() === text.trim().toLowerCase());
    if (whole.length === 1) return whole;
    return this.#isComplete ? this.all.filter((one) => isSought(one, text)) : [];
  }

  /** @returns the id of the one location that is called so, or else the text itself, which may be an id. */
  idOf(text: string): string {
    if (this.has(text)) return text;
    const [one, another] = this.all.filter(({ name }) => name?.toLowerCase() === text.toLowerCase());
    return one === undefined || another !== undefined ? text : one.location_id;
  }
}
