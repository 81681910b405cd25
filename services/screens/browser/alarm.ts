/** Tones of the arrival alarm, each [Hz, start, length in seconds]: rising, unlike the beeps of tills and fryers. */
const TONES = [
  [659.3, 0, 0.22],
  [880, 0.2, 0.22],
  [1318.5, 0.4, 0.5],
] as const;
const LOUDNESS = 0.28;

/** How often the alarm sounds for one arrival that nobody attends to, and the milliseconds in between. */
const REPEATS = 4;
const REPEAT_MS = 8_000;
/** Milliseconds in which a browser lets a sound go on, or will not. */
const RESUME_MS = 500;

export type AlarmState = 'off' | 'ready' | 'blocked' | 'unavailable';

/** The arrival alarm. Browsers keep it silent until someone has touched the page, and it says so. */
export class Alarm {
  #isOn = false;
  #context: AudioContext | null = null;
  #repeat: ReturnType<typeof setTimeout> | undefined;

  /** @param onState called when {@link state} may have changed */
  constructor(private readonly onState: () => void) {}

  get state(): AlarmState {
    if (!this.#isOn) return 'off';
    if (this.#context === null) return 'unavailable';
    return this.#context.state === 'running' ? 'ready' : 'blocked';
  }

  switch(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    if (isOn) this.#open();
    else this.#close();
    this.onState();
  }

  /**
   * To be called from a touch or a key: then the browser lets it. iOS interrupts what sounds when the screen locks or a call
   * comes in, a state that the standard does not name; a context that does not come back from it is replaced.
   */
  async allow(): Promise<void> {
    const context = this.#context;
    if (context !== null && context.state !== 'running') {
      const isResumed = await Promise.race([
        context.resume().then(
          () => true,
          () => false,
        ),
        new Promise<false>((late) => setTimeout(late, RESUME_MS, false)),
      ]);
      if (!isResumed && this.#context === context) {
        this.#release();
        this.#open();
      }
    }
    this.onState();
  }

  /** Sounds now and, until it is attended to, a few times more. */
  ring(times = REPEATS): void {
    clearTimeout(this.#repeat);
    if (times === 0 || !this.#isOn) return;
    this.sound();
    this.#repeat = setTimeout(() => {
      this.ring(times - 1);
    }, REPEAT_MS);
  }

  /** Someone attends to the arrival. */
  hush(): void {
    clearTimeout(this.#repeat);
  }

  /** Sounds once. */
  sound(): void {
    const context = this.#context;
    if (context?.state !== 'running') return;
    for (const [frequency, start, length] of TONES) {
      const begin = context.currentTime + start;
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, begin);
      gain.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.001, begin + length);
      const tone = new OscillatorNode(context, { frequency, type: 'triangle' });
      tone.connect(gain).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + length);
    }
  }

  #open(): void {
    try {
      this.#context = new AudioContext();
      this.#context.addEventListener('statechange', this.onState);
    } catch {
      this.#context = null;
    }
  }

  #close(): void {
    this.hush();
    this.#release();
  }

  #release(): void {
    const context = this.#context;
    this.#context = null;
    context?.removeEventListener('statechange', this.onState);
    void context?.close();
  }
}
