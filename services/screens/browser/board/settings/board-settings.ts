import type { ReactiveControllerHost } from 'lit';
import { keep, load } from '../../shared/storage';
import { parseSettings, type Settings } from '../model/settings';

/** Keeps what is set on this screen, over a reload too. */
export class BoardSettings {
  value: Settings = parseSettings(load('settings'));
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
  }

  set(settings: Settings): void {
    this.value = settings;
    keep('settings', settings);
    this.#host.requestUpdate();
  }

  readonly toggleSound = (): void => {
    this.set({ ...this.value, sound: !this.value.sound });
  };
}
