import type { ReactiveControllerHost } from 'lit';
import type { Thresholds } from '../../../../schemas/thresholds';
import { keep, load } from '../shared/storage';
import { readKept, type Settings, toKeep, toSettings } from './model/settings';

/** Keeps what is set on this screen, over a reload too. */
export class BoardSettings {
  #kept = readKept(load('settings'));
  #value: { readonly of: unknown; readonly place: Thresholds; readonly settings: Settings } | null = null;
  readonly #host: ReactiveControllerHost;
  readonly #placeOf: () => Thresholds;

  /** @param placeOf when an order is late where this screen does not say otherwise */
  constructor(host: ReactiveControllerHost, placeOf: () => Thresholds) {
    this.#host = host;
    this.#placeOf = placeOf;
  }

  /** Returns what holds now: the same object until something of it is set, here or for the place. */
  get value(): Settings {
    const [of, place, before] = [this.#kept, this.#placeOf(), this.#value];
    if (before !== null && before.of === of && before.place === place) return before.settings;
    const settings = toSettings(of, place);
    this.#value = { of, place, settings };
    return settings;
  }

  set(settings: Settings): void {
    this.#kept = toKeep(settings, this.#placeOf());
    keep('settings', this.#kept);
    this.#host.requestUpdate();
  }

  readonly toggleSound = (): void => {
    this.set({ ...this.value, sound: !this.value.sound });
  };
}
