import type { CallKind } from '../model/calls';
import type { Settings } from '../model/settings';

/** The settings as someone has set them. */
export class SettingsEvent extends Event {
  static readonly type = 'settings-set';
  constructor(
    readonly settings: Settings,
    /** By its tag; empty: as the browser wants it. Null: the page says which, so that none can be set. */
    readonly language: string | null,
  ) {
    super(SettingsEvent.type);
  }
}

/** Someone wants to hear what something sounds like. */
export class TrySoundEvent extends Event {
  static readonly type = 'try-sound';
  constructor(
    readonly kind: CallKind,
    /** In percent of the loudest. */
    readonly volume: number,
  ) {
    super(TrySoundEvent.type);
  }
}
