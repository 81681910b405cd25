import { html, nothing, type TemplateResult } from 'lit';
import { addressOf } from '../shared/base-path';
import { auditStyles } from '../shared/styles/audit-styles';
import { icon } from '../shared/icons';
import { SpokenLanguage } from '../shared/language';
import { say } from '../shared/model/say';
import { attribute, languageAttributes, railElement, state, styleSheet } from '../shared/rail-element';
import { sayParts } from '../shared/say-parts';
import { basics, tokens } from '../shared/theme';
import type { NoCode } from './model/pairing-state';
import { askForSession, beginPairing } from './pairing-client';
import css from './ticket-rail-pairing.css?inline';

const MS = 1_000;
const SECONDS_PER_MINUTE = 60;

type Shown =
  | { readonly kind: 'asking' }
  | { readonly kind: 'code'; readonly code: string; readonly minutes: number; readonly isReached: boolean }
  | { readonly kind: 'signed_in' }
  | { readonly kind: 'over' }
  | { readonly kind: 'refused'; readonly why: NoCode };

/** Shows a code on a new screen, and goes on once an operator has entered it. */
export class TicketRailPairing extends railElement({
  ...languageAttributes,
  /** The page to go to when signed in. */
  next: attribute('/'),
  shown: state<Shown>({ kind: 'asking' }),
}) {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.addController(new SpokenLanguage(this));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  async #begin(): Promise<void> {
    this.shown = { kind: 'asking' };
    const begun = await beginPairing();
    if (begun.kind === 'refused') {
      this.shown = begun;
      return;
    }
    const { user_code: code, device_code, expires_in, interval } = begun.pairing;
    this.shown = { kind: 'code', code, minutes: Math.ceil(expires_in / SECONDS_PER_MINUTE), isReached: true };
    this.#askLater(device_code, interval * MS);
  }

  #askLater(deviceCode: string, ms: number): void {
    this.#timer = setTimeout(() => void this.#ask(deviceCode, ms), ms);
  }

  async #ask(deviceCode: string, ms: number): Promise<void> {
    const asked = await askForSession(deviceCode, this.next);
    if (!this.isConnected || this.shown.kind !== 'code') return;
    switch (asked.kind) {
      case 'waiting':
      case 'unreachable':
        this.shown = { ...this.shown, isReached: asked.kind === 'waiting' };
        this.#askLater(deviceCode, ms);
        return;
      case 'signed_in':
        this.shown = asked;
        // On the way back, nobody needs this page.
        // What was kept for whom was signed in before is forgotten on the way.
        window.location.replace(addressOf('', `/screens/session?next=${encodeURIComponent(asked.next)}`));
        return;
      case 'over':
        this.shown = asked;
    }
  }

  protected override render(): TemplateResult {
    const { shown } = this;
    return html`<div class="frame stack" aria-busy=${String(shown.kind === 'asking')}>
      <div class="panel stack" tabindex="-1">
        ${shown.kind === 'code' ? this.#renderCode(shown.code) : nothing}
        <p role="status">${this.#status()}</p>
        ${
          shown.kind === 'over' || shown.kind === 'refused'
            ? html`<p>
                <button class="primary" @click=${this.#beginAgain}>${icon('swap')} ${say('pairing.another')}</button>
              </p>`
            : nothing
        }
      </div>
      <p>
        <a class="button" href=${addressOf('', `/login?next=${encodeURIComponent(this.next)}`)}
          >${say('pairing.use_token')}</a
        >
      </p>
    </div>`;
  }

  /** The button is gone then, and what is said in its place takes the focus. */
  readonly #beginAgain = (): void => {
    this.renderRoot.querySelector<HTMLElement>('.panel')?.focus();
    void this.#begin();
  };

  #renderCode(code: string): TemplateResult {
    const address = addressOf('', '/screens/readers').replace(/^https?:\/\//, '');
    return html`<p>${sayParts('pairing.enter', { address: html`<strong><bdi>${address}</bdi></strong>` })}</p>
      <p><strong class="code" dir="ltr" translate="no">${code}</strong></p>`;
  }

  #status(): string {
    const { shown } = this;
    switch (shown.kind) {
      case 'asking':
        return say('pairing.asking');
      case 'code':
        return shown.isReached ? say('pairing.waits', { count: shown.minutes }) : say('pairing.unreachable');
      case 'signed_in':
        return say('pairing.signed_in');
      case 'over':
        return say('pairing.over');
      case 'refused':
        return say(`pairing.${shown.why}`);
    }
  }

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-pairing', TicketRailPairing);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-pairing': TicketRailPairing;
  }
}
