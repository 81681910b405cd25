import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { LiveLink } from '../feed/live-link';
import { addressOf } from '../shared/base-path';
import type { ScreenFreshness } from '../shared/model/freshness';
import {
  clockAhead,
  condense,
  fromState,
  parseSandboxMessage,
  receive,
  type Sandbox,
  type SandboxMessage,
} from './model/sandbox-state';
import { readState } from './sandbox-client';

/** Milliseconds until a state that could not be read is asked for again. */
const AGAIN_MS = 1_000;
/** Least milliseconds between two drawings: a rush reports more than a screen can show, or anybody can read. */
const DRAW_MS = 250;
/** Messages that wait for the next drawing, or for the state, until they are condensed. */
const MOST_WAITING = 5_000;

/**
 * Keeps what the process knows. With each connection its state is read anew, after the connection was made, so that
 * nothing falls between the two.
 */
export class LiveSandbox implements ReactiveController {
  known: Sandbox | null = null;
  /** Milliseconds by which the process's clock is ahead. */
  #ahead = 0;
  /** What was reported, and is not in what is known yet. */
  #waiting: SandboxMessage[] = [];
  /** The state is being read: what is known is of a connection before. */
  #isReading = false;
  /** Counts readings, so that one that comes too late is known. */
  #reading = 0;
  #drawing: ReturnType<typeof setTimeout> | null = null;
  #drawnAt = 0;

  readonly #host: ReactiveControllerHost;
  readonly #link: LiveLink<SandboxMessage>;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    this.#link = new LiveLink<SandboxMessage>(host, () => ({
      need: { kind: 'whole', url: addressOf('', '/sandbox/events'), token: null },
      position: () => null,
      parse: parseSandboxMessage,
      heardIn: () => null,
      onMessages: (messages) => {
        this.#receive(messages);
        return { mustRestart: false };
      },
      onOpen: () => void this.#read(),
    }));
    host.addController(this);
  }

  /** Milliseconds since the epoch by the process's clock. */
  get now(): number {
    return Date.now() + this.#ahead;
  }

  get freshness(): ScreenFreshness {
    return this.#link.freshness(this.known !== null);
  }

  hostDisconnected(): void {
    if (this.#drawing !== null) clearTimeout(this.#drawing);
    this.#drawing = null;
    this.#reading += 1;
  }

  async #read(): Promise<void> {
    const reading = (this.#reading += 1);
    this.#waiting = [];
    this.#isReading = true;
    const answer = await readState();
    if (reading !== this.#reading) return;
    if (answer.kind === 'refused') {
      setTimeout(() => {
        if (reading === this.#reading) void this.#read();
      }, AGAIN_MS);
      return;
    }
    this.#ahead = clockAhead(answer.date, Date.now());
    this.known = fromState(answer.value);
    this.#isReading = false;
    this.#link.heard();
    this.#draw();
  }

  #receive(messages: readonly SandboxMessage[]): void {
    this.#waiting.push(...messages);
    if (this.#waiting.length > MOST_WAITING) this.#waiting = condense(this.#waiting);
    this.#drawing ??= setTimeout(
      () => {
        this.#drawing = null;
        this.#draw();
      },
      Math.max(0, this.#drawnAt + DRAW_MS - performance.now()),
    );
  }

  #draw(): void {
    if (!this.#isReading && this.known !== null) {
      this.known = receive(this.known, this.#waiting);
      this.#waiting = [];
    }
    this.#drawnAt = performance.now();
    this.#host.requestUpdate();
  }
}
