import type { CallKind } from './model/calls';

type Tone = readonly [hz: number, start: number, seconds: number];

/** Tones of each call. An arrival rises, unlike the beeps of tills and fryers; bad news falls; lateness ticks. */
const TONES: Readonly<Record<CallKind, readonly Tone[]>> = {
  arrived: [
    [659.3, 0, 0.22],
    [880, 0.2, 0.22],
    [1318.5, 0.4, 0.5],
  ],
  canceled: [
    [784, 0, 0.25],
    [523.3, 0.25, 0.25],
    [349.2, 0.5, 0.6],
  ],
  needs_action: [
    [987.8, 0, 0.16],
    [740, 0.18, 0.16],
    [987.8, 0.36, 0.16],
    [740, 0.54, 0.3],
  ],
  coming_back: [
    [440, 0, 0.3],
    [587.3, 0.3, 0.3],
    [440, 0.6, 0.45],
  ],
  very_late: [
    [1174.7, 0, 0.1],
    [1174.7, 0.2, 0.1],
  ],
};

/** Returns the amplitude of the tones, from 0 to 1; with its square, steps of the volume sound about equal. */
const loudnessOf = (percent: number): number => (percent / 100) ** 2;

/** Milliseconds until the alarm sounds again while nobody attends. */
const REPEAT_MS = 8_000;

/** Milliseconds that a browser may take to let a context play again, before it gets a new one. */
const RESUME_MS = 700;
/** Milliseconds that it may take to let the new one play: there is nothing else to try. */
const BEGIN_MS = 10_000;

/**
 * Whether the alarm would sound. `interrupted`: it did, and the device has taken the sound away since, as iPads do when the
 * screen is locked or a call comes in.
 */
export type AlarmState = 'off' | 'ready' | 'blocked' | 'interrupted' | 'unavailable';

/** The alarm. Browsers keep it silent until someone has touched the page, and it says so. */
export class Alarm {
  /** How loud it is, in percent of the loudest. */
  volume = 100;
  #isOn = false;
  #context: AudioContext | null = null;
  #repeat: ReturnType<typeof setTimeout> | undefined;
  #ringing: CallKind | null = null;
  #hasPlayed = false;
  #allowing: Promise<void> | null = null;

  readonly #onState: () => void;

  /** @param onState called when {@link state} may have changed */
  constructor(onState: () => void) {
    this.#onState = onState;
  }

  get state(): AlarmState {
    if (!this.#isOn) return 'off';
    if (this.#context === null) return 'unavailable';
    if (this.#context.state === 'running') return 'ready';
    return this.#hasPlayed ? 'interrupted' : 'blocked';
  }

  switch(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    if (isOn) this.#open();
    else this.#close();
    this.#onState();
  }

  /**
   * Gets the alarm allowed to sound; has to be called from a touch or a key, for only then does the browser let it. A
   * context that does not come back, as on iPads after a lock, is replaced by a new one.
   */
  async allow(): Promise<void> {
    // Of several touches, any may be the one that the browser takes.
    if (this.#allowing !== null) void this.#resume();
    this.#allowing ??= this.#resumeOrRenew().finally(() => {
      this.#allowing = null;
    });
    await this.#allowing;
    this.#onState();
  }

  /**
   * Takes up what was interrupted, which may go on without a touch; has to be called when the page is looked at again.
   */
  wake(): void {
    if (this.state === 'interrupted') void this.#resume();
  }

  /** Sounds now, and again and again until {@link silence}. @returns whether it sounds now */
  ring(kind: CallKind): boolean {
    clearTimeout(this.#repeat);
    if (!this.#isOn) return false;
    const sounds = this.sound(kind);
    this.#ringing = kind;
    this.#repeat = setTimeout(() => {
      if (this.#ringing !== null) this.ring(this.#ringing);
    }, REPEAT_MS);
    return sounds;
  }

  /** @param kind what nobody has attended to: it is what rings from now on; null: somebody has attended to everything */
  goOn(kind: CallKind | null): void {
    if (kind === null) this.silence();
    else if (this.#ringing === null) this.ring(kind);
    else this.#ringing = kind;
  }

  /**
   * Sounds for somebody who wants to hear it; has to be called from a touch or a key, like {@link allow}.
   * @param volume in percent of the loudest
   */
  async try(kind: CallKind, volume = this.volume): Promise<void> {
    await this.allow();
    this.sound(kind, volume);
  }

  silence(): void {
    clearTimeout(this.#repeat);
    this.#ringing = null;
  }

  /** Sounds once, if the browser lets it. @returns whether it does */
  sound(kind: CallKind, volume = this.volume): boolean {
    this.wake();
    const context = this.#context;
    if (context?.state !== 'running') return false;
    for (const [frequency, start, length] of TONES[kind]) {
      const begin = context.currentTime + start;
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, begin);
      gain.gain.linearRampToValueAtTime(loudnessOf(volume), begin + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.001, begin + length);
      const tone = new OscillatorNode(context, { frequency, type: 'triangle' });
      tone.connect(gain).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + length);
    }
    return true;
  }

  async #resumeOrRenew(): Promise<void> {
    if (this.#context === null || (await this.#resume())) return;
    this.#letGo();
    this.#open();
    await this.#resume(BEGIN_MS);
  }

  /**
   * @param ms milliseconds to wait: the promise of an interrupted context may never settle
   * @returns whether it plays now
   */
  async #resume(ms = RESUME_MS): Promise<boolean> {
    const context = this.#context;
    if (context !== null && context.state !== 'running' && context.state !== 'closed') {
      const resumed = context.resume().catch(() => undefined);
      await Promise.race([resumed, new Promise((over) => setTimeout(over, ms))]);
    }
    return context?.state === 'running';
  }

  #open(): void {
    try {
      this.#context = new AudioContext();
      this.#context.addEventListener('statechange', this.#changed);
      this.#changed();
    } catch {
      this.#context = null;
    }
  }

  #close(): void {
    this.silence();
    this.#letGo();
  }

  #letGo(): void {
    const context = this.#context;
    this.#context = null;
    context?.removeEventListener('statechange', this.#changed);
    // One that was closed by the device says so with an error.
    void context?.close().catch(() => undefined);
  }

  readonly #changed = (): void => {
    if (this.#context?.state === 'running') this.#hasPlayed = true;
    this.#onState();
  };
}
