/** What these tests ask of a browser by WebDriver (W3C), whichever way its driver is spoken to. */

/** Sends a command with its parameters. @returns its answer. @throws Error if the browser refuses it */
export type Send = (command: Command, parameters: object) => Promise<unknown>;
export type Command = 'navigate' | 'executeAsync' | 'performActions' | 'setRect';

/** Keys that write nothing, by WebDriver's own characters. */
const KEYS: ReadonlyMap<string, string> = new Map([['Escape', '\uE00C']]);

/** An expression, and what it or its promise comes to, as a script that WebDriver waits for. */
const scriptOf = (expression: string): string => `const [done] = arguments;
  (async () => (${expression}))().then((value) => done({ value }), (error) => done({ error: String(error) }));`;

export interface Point {
  /** CSS pixels from the upper left corner of what is seen of the page. */
  readonly x: number;
  readonly y: number;
}

/** The window of a browser. */
export class EngineWindow {
  readonly #send: Send;
  readonly #end: () => Promise<void>;

  /** @param end ends the browser, and its driver */
  constructor(send: Send, end: () => Promise<void>) {
    this.#send = send;
    this.#end = end;
  }

  async goto(url: string): Promise<void> {
    await this.#send('navigate', { url });
  }

  async evaluate<Value>(expression: string): Promise<Value> {
    const came = await this.#send('executeAsync', { script: scriptOf(expression), args: [] });
    const answer = came as { readonly value: Value; readonly error?: string } | null;
    if (answer === null) throw new Error('the page was left');
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  async click({ x, y }: Point): Promise<void> {
    const move = { type: 'pointerMove', x: Math.round(x), y: Math.round(y), origin: 'viewport' };
    const button = ['pointerDown', 'pointerUp'].map((type) => ({ type, button: 0 }));
    const mouse = { type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions: [move, ...button] };
    await this.#send('performActions', { actions: [mouse] });
  }

  async press(key: string): Promise<void> {
    const value = KEYS.get(key) ?? key;
    const keyboard = { type: 'key', id: 'keys', actions: ['keyDown', 'keyUp'].map((type) => ({ type, value })) };
    await this.#send('performActions', { actions: [keyboard] });
  }

  /** Makes it as large as this, with what the browser draws around the page. */
  async resize(width: number, height: number): Promise<void> {
    await this.#send('setRect', { width, height });
  }

  close(): Promise<void> {
    return this.#end();
  }
}
