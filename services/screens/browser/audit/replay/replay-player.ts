import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Order } from '../../../../../schemas/api/order-view';
import { icon, type IconName } from '../../shared/icons';
import { timelineAddress } from '../links';
import type { PlaceClock } from '../model/place-clock';
import { say } from '../model/say';
import { moment } from '../moment';
import { sayParts } from '../words/say-parts';
import { timeWords } from '../../shared/model/time-words';
import { type ReplaySpan, SPEEDS } from '../../board/model/replay';
import { valueOf } from '../../shared/field-events';

interface Playing {
  readonly span: ReplaySpan;
  /** The moment that is shown, in milliseconds since the epoch. */
  readonly now: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  /** By which times are shown. */
  readonly clock: PlaceClock;
  /** Moments of the changes beside the one that is shown; undefined: there is none. */
  readonly before: number | undefined;
  readonly next: number | undefined;
  /** The order whose card was opened last. */
  readonly opened: Order | null;
}

interface Actions {
  readonly togglePlay: () => void;
  readonly goTo: (at: number) => void;
  readonly setSpeed: (speed: number) => void;
}

/** Plays the board's past, and leads to any moment of it. */
export function replayPlayer(playing: Playing, { togglePlay, goTo, setSpeed }: Actions): TemplateResult {
  const { span, now, isPlaying, opened, clock } = playing;
  const { from, to } = span;
  const step = (label: string, picture: IconName, at: number | undefined): TemplateResult =>
    html`<button
      aria-label=${label}
      ?disabled=${at === undefined}
      @click=${() => {
        if (at !== undefined) goTo(at);
      }}
    >
      ${icon(picture)}
    </button>`;
  return html`<div class="player" role="group" aria-label=${say('replay.play')}>
    <button class="primary play" aria-label=${say(isPlaying ? 'audit.pause' : 'audit.play')} @click=${togglePlay}>
      ${icon(isPlaying ? 'pause' : 'play')}
    </button>
    ${step(say('replay.before'), 'previous', playing.before)} ${step(say('replay.next'), 'next', playing.next)}
    <input
      type="range"
      min="0"
      max=${(to - from) / 1_000}
      step="1"
      aria-label=${say('replay.moment')}
      aria-valuetext=${timeWords(now, clock.offsetAt)}
      .value=${live(String(Math.floor((now - from) / 1_000)))}
      @input=${(event: Event) => {
        goTo(from + Number(valueOf(event)) * 1_000);
      }}
    />
    <label class="speed"
      ><span class="unseen">${say('replay.speed')}</span>
      <select
        @change=${(event: Event) => {
          setSpeed(Number(valueOf(event)));
        }}
      >
        ${SPEEDS.map(
          (speed) =>
            html`<option value=${speed} ?selected=${speed === playing.speed}>
              ${say('replay.times', { speed })}
            </option>`,
        )}
      </select></label
    >
    <output>${moment(new Date(now).toISOString(), clock)}</output>
    ${
      opened === null
        ? nothing
        : html`<a class="button" href=${timelineAddress(opened, opened.revision)}
            >${icon('clock')}
            <span>${sayParts('replay.timeline', { order: html`<bdi>${opened.order_id}</bdi>` })}</span></a
          >`
    }
  </div>`;
}
