import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { PastStep } from '../../board/model/past-order';
import { valueOf } from '../../shared/field-events';
import { icon } from '../../shared/icons';
import { exactTimeWords } from '../../shared/model/time-words';
import { verdictWords } from '../model/event-words';
import type { PlaceClock } from '../model/place-clock';
import { say } from '../model/say';
import { moment } from '../moment';
import { sayParts } from '../words/say-parts';

interface Playing {
  /** Events that there are, the one that is shown, and its place among them, from 0. */
  readonly all: number;
  readonly current: PastStep;
  readonly at: number;
  readonly isPlaying: boolean;
  /** By which times are shown. */
  readonly clock: PlaceClock;
}

interface Actions {
  readonly togglePlay: () => void;
  /** Shows the event at a place. */
  readonly goTo: (at: number) => void;
}

/** Plays an order event by event, and leads to any of them. */
export function timelinePlayer(
  { all, current, at, isPlaying, clock }: Playing,
  { togglePlay, goTo }: Actions,
): TemplateResult {
  const { received_at, revision, verdict } = current.event;
  const place = { number: at + 1, all };
  const step = (to: number) => (): void => {
    goTo(to);
  };
  return html`<div class="player" role="group" aria-label=${say('timeline.play')}>
    <button class="primary play" aria-label=${say(isPlaying ? 'audit.pause' : 'audit.play')} @click=${togglePlay}>
      ${icon(isPlaying ? 'pause' : 'play')}
    </button>
    <button aria-label=${say('timeline.before')} ?disabled=${at === 0} @click=${step(at - 1)}>
      ${icon('previous')}
    </button>
    <button aria-label=${say('timeline.next')} ?disabled=${at === all - 1} @click=${step(at + 1)}>
      ${icon('next')}
    </button>
    <input
      type="range"
      min="0"
      max=${all - 1}
      step="1"
      aria-label=${say('timeline.event')}
      aria-valuetext=${say('timeline.event_words', {
        ...place,
        revision: String(revision),
        time: exactTimeWords(current.at, clock.offsetAt),
        verdict: verdictWords(verdict).words,
      })}
      .value=${live(String(at))}
      @input=${(event: Event) => {
        goTo(Number(valueOf(event)));
      }}
    />
    <output>${sayParts('timeline.event_at', { ...place, time: moment(received_at, clock, exactTimeWords) })}</output>
  </div>`;
}
