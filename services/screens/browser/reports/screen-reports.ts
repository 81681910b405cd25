import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { DisplayReceipt, ScreenKind, ScreenReport } from '../../../../schemas/screen-reports';
import type { Freshness } from '../shared/model/freshness';
import {
  isDue,
  isNew,
  nextOf,
  noReceipts,
  type Painted,
  type Receipts,
  nameToSet,
  viewOf,
  withPainted,
  withReported,
} from './model/receipts';
import { inSight, TilesInView, tilesOf } from './painted';
import { browserCode, newScreenId } from './screen-identity';
import { canReport, type ReportPlace, sendReport } from './send-report';

/** Milliseconds that a frame may take before it is doubtful whether there was one. */
const LONGEST_FRAME_MS = 1_000;

/** A board that reports. */
interface Host extends ReactiveControllerHost {
  readonly location: string;
  readonly service: string;
  readonly token: string;
  readonly isWall: boolean;
  /** Its name, as the page says; empty: as it is set, or else the code of the browser. */
  readonly screen: string;
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly settings: { readonly screenName: string };
}

/** What a board shows. */
interface Shown {
  readonly source: {
    readonly freshness: Freshness;
    readonly state: { readonly position: string | null };
  };
  /** What nobody has attended to. */
  readonly calls: readonly { readonly kind: string; readonly orderId: string }[];
  get(id: string): Pick<Painted, 'order_id' | 'revision'> | undefined;
}

/** What sounded last. */
interface Sounds {
  readonly sounded: { readonly kind: string; readonly at: number } | null;
}

/** The view as it was last reported, besides what changes all the time. */
const newsOf = ({ name, kind, visible, freshness }: Pick<ScreenReport, 'name' | 'kind' | 'visible' | 'freshness'>) =>
  `${kind} ${freshness} ${String(visible)} ${name}`;

/**
 * Reports that a board watches, how fresh it is, and what it really painted: a tile or card that is in sight when a frame
 * was made with it. A board is redrawn each second, so it needs no timer of its own; nothing is reported of the past.
 */
export class ScreenReports implements ReactiveController {
  readonly #id = newScreenId();
  readonly #view = new TilesInView(() => {
    this.#lookAtNextFrame();
  });
  /** Where it reports to; null: nowhere yet. */
  #place: ReportPlace | null = null;
  #isPermitted = false;
  #receipts: Receipts = noReceipts;
  #isLooking = false;
  #isSending = false;
  /** When the last report began, by the monotonic clock. */
  #sentAt: number | null = null;
  #reported = '';
  #sounded: Sounds['sounded'] = null;
  /** Another page was gone to; that one may be gone back from. */
  #isLeft = false;
  /** How often the page was hidden or seen again. */
  #turns = 0;

  readonly #host: Host;
  readonly #shown: Shown;
  readonly #sounds: Sounds;

  constructor(host: Host, shown: Shown, sounds: Sounds) {
    this.#host = host;
    this.#shown = shown;
    this.#sounds = sounds;
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#turned);
    window.addEventListener('pagehide', this.#left);
    window.addEventListener('pageshow', this.#cameBack);
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#turned);
    window.removeEventListener('pagehide', this.#left);
    window.removeEventListener('pageshow', this.#cameBack);
    this.#view.watch([]);
    this.#place = null;
    this.#isPermitted = false;
  }

  hostUpdated(): void {
    this.#settle();
    if (!this.#isPermitted) return;
    this.#view.watch(tilesOf(this.#host.renderRoot));
    this.#hear();
    this.#lookAtNextFrame();
    this.#reportIfDue();
  }

  /** Begins anew where another place is shown, once the one before has heard what was painted. */
  #settle(): void {
    const { location, service, token } = this.#host;
    const before = this.#place;
    const isSame = before?.location === location && before.service === service && (before.token ?? '') === token;
    if (isSame) return;
    if (before !== null && this.#receipts.pending.length > 0) this.#send(before);
    this.#receipts = noReceipts;
    this.#sentAt = null;
    this.#isSending = false;
    this.#place = { location, service, token: token === '' ? null : token };
    this.#isPermitted = canReport(this.#place);
  }

  /** Makes receipts for the orders for which the alarm has sounded since. */
  #hear(): void {
    const { sounded } = this.#sounds;
    if (sounded === null || sounded === this.#sounded) return;
    this.#sounded = sounded;
    const called = this.#shown.calls.filter(({ kind }) => kind === sounded.kind);
    const orders = called.flatMap(({ orderId }) => this.#shown.get(orderId) ?? []);
    const heard = orders.map(({ order_id, revision }) => ({ order_id, revision, shown: 'alarm' as const }));
    this.#take(heard, sounded.at);
  }

  /** Looks what is in sight when a frame begins: with the beginning of the next one, it has been painted. */
  #lookAtNextFrame(): void {
    const { renderRoot } = this.#host;
    if (this.#isLooking || !this.#isPermitted || !(renderRoot instanceof ShadowRoot)) return;
    if (!this.#isVisible || this.#shown.source.freshness.kind === 'replay') return;
    const place = this.#place;
    this.#isLooking = true;
    requestAnimationFrame((began) => {
      const turns = this.#turns;
      const seen = inSight(renderRoot, this.#view, (one) => isNew(this.#receipts, one));
      if (seen.length === 0) {
        this.#isLooking = false;
        return;
      }
      requestAnimationFrame((ended) => {
        this.#isLooking = false;
        // Hidden, frozen or blocked in between, it may have been painted or not: the next frames say.
        if (turns !== this.#turns || ended - began > LONGEST_FRAME_MS) this.#lookAtNextFrame();
        else if (place === this.#place) this.#take(seen, Date.now());
      });
    });
  }

  #take(painted: readonly Painted[], at: number): void {
    this.#receipts = withPainted(this.#receipts, painted, at);
  }

  #reportIfDue(): void {
    const place = this.#place;
    if (place === null || this.#isSending) return;
    const since = this.#sentAt === null ? null : performance.now() - this.#sentAt;
    const report = this.#reportOf();
    if (report !== null && isDue(this.#receipts, since, newsOf(report) !== this.#reported)) this.#send(place);
  }

  #reportOf(): ScreenReport | null {
    const { freshness, state } = this.#shown.source;
    const view = viewOf(freshness, state.position);
    if (view === null) return null;
    const kind: ScreenKind = this.#host.isWall ? 'wall' : 'board';
    const receipts: readonly DisplayReceipt[] = nextOf(this.#receipts);
    return {
      screen_id: this.#id,
      name: [nameToSet(this.#host.screen), this.#host.settings.screenName].find((name) => name !== '') ?? browserCode(),
      kind,
      visible: this.#isVisible,
      ...view,
      sent_at: new Date().toISOString(),
      receipts: [...receipts],
    };
  }

  #send(place: ReportPlace): void {
    const report = this.#reportOf();
    if (report === null) return;
    this.#isSending = true;
    this.#sentAt = performance.now();
    this.#reported = newsOf(report);
    void sendReport(place, report).then((reported) => {
      if (place !== this.#place) return;
      this.#isSending = false;
      if (reported === 'taken' || reported === 'never') this.#receipts = withReported(this.#receipts, report.receipts);
      if (reported === 'forbidden') this.#isPermitted = false;
    });
  }

  get #isVisible(): boolean {
    return document.visibilityState === 'visible' && !this.#isLeft;
  }

  readonly #turned = (): void => {
    this.#turns += 1;
    this.#reportNews();
    this.#lookAtNextFrame();
  };

  readonly #left = (): void => {
    this.#isLeft = true;
    this.#turned();
  };

  readonly #cameBack = (): void => {
    if (!this.#isLeft) return;
    this.#isLeft = false;
    this.#turned();
  };

  /** Reports at once: there may be no later. */
  #reportNews(): void {
    const report = this.#isPermitted ? this.#reportOf() : null;
    if (this.#place === null || report === null) return;
    if (newsOf(report) !== this.#reported || report.receipts.length > 0) this.#send(this.#place);
  }
}
