import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { MAX_RECEIPTS, type ScreenKind } from '../../../../schemas/api/screen-limits';
import type { ScreenReport } from '../../../../schemas/api/screen-reports';
import { type ScreenFreshness, isPast } from '../shared/model/freshness';
import {
  isDue,
  isNew,
  nameToSet,
  nextOf,
  noReceipts,
  type Painted,
  type Pending,
  receiptAt,
  type Receipts,
  viewOf,
  withPainted,
  withReported,
} from './model/receipts';
import { inSight, TilesInView, tilesOf } from './painted';
import { browserCode, leaveScreenId, takeScreenId } from './screen-identity';
import { canReport, type ReportPlace, sendReport } from './send-report';

/** Milliseconds that a frame may take before it is doubtful whether there was one. */
const LONGEST_FRAME_MS = 1_000;

/** A board that reports, if it has a name. */
interface Host extends ReactiveControllerHost, Element {
  readonly location: string;
  readonly service: string;
  readonly token: string;
  readonly isWall: boolean;
  /** Its name, as the page says; empty: as it is set, or else the code of the browser; null: it does not report. */
  readonly screen: string | null;
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly settings: { readonly screenName: string };
}

/** What a board shows. */
interface Shown {
  readonly source: {
    readonly freshness: ScreenFreshness;
    readonly state: { readonly position: string | null };
  };
}

/** The view as it was last reported, besides what changes all the time. */
const newsOf = ({ name, kind, visible, freshness }: Pick<ScreenReport, 'name' | 'kind' | 'visible' | 'freshness'>) =>
  `${kind} ${freshness} ${String(visible)} ${name}`;

/**
 * Reports that a board watches, how fresh it is, and what it really painted: a tile or card that is in sight when a frame
 * was made with it. A board is redrawn each second, so it needs no timer of its own; nothing is reported of the past, nor of a kept board.
 */
export class ScreenReporter implements ReactiveController {
  /** Null: it has not reported yet. */
  #id: string | null = null;
  readonly #view = new TilesInView(() => {
    this.#lookAtNextFrame();
  });
  /** Where it reports to; null: nowhere yet. */
  #place: ReportPlace | null = null;
  #mayReport = false;
  #receipts: Receipts = noReceipts;
  #isLooking = false;
  #isSending = false;
  /** When the last report began, by the monotonic clock. */
  #sentAt: number | null = null;
  #reported = '';
  /** Reports that were not taken since one was. */
  #failures = 0;
  /** Some of the board is in view, as far as is known. */
  #isInView = true;
  readonly #boardInView = new IntersectionObserver((entries) => {
    const isInView = entries.at(-1)?.isIntersecting ?? true;
    if (isInView === this.#isInView) return;
    this.#isInView = isInView;
    this.#turned();
  });
  /** Another page was gone to; that one may be gone back from. */
  #isLeft = false;
  /** How often the page was hidden or seen again. */
  #turns = 0;

  readonly #host: Host;
  readonly #shown: Shown;

  constructor(host: Host, shown: Shown) {
    this.#host = host;
    this.#shown = shown;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#turned);
    window.addEventListener('pagehide', this.#left);
    window.addEventListener('pageshow', this.#cameBack);
    this.#boardInView.observe(this.#host);
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#turned);
    window.removeEventListener('pagehide', this.#left);
    window.removeEventListener('pageshow', this.#cameBack);
    this.#boardInView.disconnect();
    this.#view.watch([]);
    this.#leave();
    if (this.#id !== null) leaveScreenId(this.#id);
    this.#id = null;
  }

  hostUpdated(): void {
    this.#settle();
    if (!this.#mayReport) return;
    this.#view.watch(tilesOf(this.#host.renderRoot));
    this.#lookAtNextFrame();
    this.#reportIfDue();
  }

  /** Makes receipts of the orders for which an alarm has just sounded. */
  heard(orders: readonly Pick<Painted, 'order_id' | 'revision'>[]): void {
    this.#settle();
    if (!this.#mayReport || this.#isPast) return;
    this.#take(orders.map(({ order_id, revision }) => ({ order_id, revision, shown: 'alarm' })));
  }

  /** Begins anew where another place is shown. */
  #settle(): void {
    const { location, service, token, screen } = this.#host;
    const before = this.#place;
    const isSame = before?.location === location && before.service === service && (before.token ?? '') === token;
    if (isSame && this.#mayReport === (screen !== null && canReport(before))) return;
    this.#leave();
    this.#place = { location, service, token: token === '' ? null : token };
    this.#mayReport = screen !== null && canReport(this.#place);
    if (this.#mayReport) this.#id ??= takeScreenId();
  }

  /** Reports what was painted at a place that is left, and that nobody sees it there any more. */
  #leave(): void {
    const [place, { pending }] = [this.#place, this.#receipts];
    if (place !== null && this.#mayReport && this.#sentAt !== null) {
      const view = { visible: false, freshness: 'connecting', age_ms: null, position: null } as const;
      void sendReport(place, this.#reportWith(view, pending.slice(0, MAX_RECEIPTS)));
    }
    this.#place = null;
    this.#mayReport = false;
    this.#receipts = noReceipts;
    this.#sentAt = null;
    this.#failures = 0;
    this.#isSending = false;
  }

  /** Looks what is in sight when a frame begins: with the beginning of the next one, it has been painted. */
  #lookAtNextFrame(): void {
    const { renderRoot } = this.#host;
    if (this.#isLooking || !(renderRoot instanceof ShadowRoot) || !this.#isSeen) return;
    const place = this.#place;
    this.#isLooking = true;
    requestAnimationFrame((began) => {
      const turns = this.#turns;
      const isWanted = this.#isSeen && place === this.#place;
      const seen = isWanted ? inSight(renderRoot, this.#view, (one) => isNew(this.#receipts, one)) : [];
      if (seen.length === 0) {
        this.#isLooking = false;
        return;
      }
      requestAnimationFrame((ended) => {
        this.#isLooking = false;
        // Hidden, frozen or blocked in between, it may have been painted or not: the next frames say.
        if (turns !== this.#turns || ended - began > LONGEST_FRAME_MS) this.#lookAtNextFrame();
        else if (place === this.#place && this.#isSeen) this.#take(seen);
      });
    });
  }

  #take(painted: readonly Painted[]): void {
    this.#receipts = withPainted(this.#receipts, painted, performance.now());
  }

  #reportIfDue(): void {
    const place = this.#place;
    if (place === null || this.#isSending) return;
    const since = this.#sentAt === null ? null : performance.now() - this.#sentAt;
    const report = this.#reportOf();
    if (report !== null && isDue(this.#receipts, since, newsOf(report) !== this.#reported, this.#failures))
      this.#send(place);
  }

  #reportOf(receipts = nextOf(this.#receipts)): ScreenReport | null {
    const { freshness, state } = this.#shown.source;
    const view = viewOf(freshness, state.position);
    return view === null ? null : this.#reportWith({ visible: this.#isVisible, ...view }, receipts);
  }

  #reportWith(
    view: Pick<ScreenReport, 'visible' | 'freshness' | 'age_ms' | 'position'>,
    receipts: readonly Pending[],
  ): ScreenReport {
    const { isWall, screen, settings } = this.#host;
    const [now, monotonic] = [Date.now(), performance.now()];
    const kind: ScreenKind = isWall ? 'wall' : 'board';
    this.#id ??= takeScreenId();
    return {
      screen_id: this.#id,
      name: [nameToSet(screen ?? ''), settings.screenName].find((name) => name !== '') ?? browserCode(),
      kind,
      ...view,
      sent_at: new Date(now).toISOString(),
      receipts: receipts.map((one) => receiptAt(one, now, monotonic)),
    };
  }

  #send(place: ReportPlace): void {
    const receipts = nextOf(this.#receipts);
    const report = this.#reportOf(receipts);
    if (report === null) return;
    this.#isSending = true;
    this.#sentAt = performance.now();
    this.#reported = newsOf(report);
    void sendReport(place, report).then((reported) => {
      if (place !== this.#place) return;
      this.#isSending = false;
      this.#failures = reported === 'later' ? this.#failures + 1 : 0;
      if (reported !== 'later') this.#receipts = withReported(this.#receipts, receipts);
    });
  }

  get #isVisible(): boolean {
    return document.visibilityState === 'visible' && !this.#isLeft && this.#isInView;
  }

  /** What is shown is no live state: it has no receipts. */
  get #isPast(): boolean {
    return isPast(this.#shown.source.freshness);
  }

  /** What is painted now is worth a receipt. */
  get #isSeen(): boolean {
    return this.#mayReport && this.#isVisible && !this.#isPast;
  }

  readonly #turned = (): void => {
    this.#turns += 1;
    this.#reportNews();
    this.#lookAtNextFrame();
  };

  readonly #left = (): void => {
    this.#isLeft = true;
    this.#turned();
    if (this.#id !== null) leaveScreenId(this.#id);
  };

  readonly #cameBack = (): void => {
    if (!this.#isLeft) return;
    this.#isLeft = false;
    if (this.#id !== null) this.#id = takeScreenId();
    this.#turned();
  };

  /** Reports at once: there may be no later. */
  #reportNews(): void {
    const report = this.#mayReport ? this.#reportOf() : null;
    if (this.#place === null || report === null) return;
    if (newsOf(report) !== this.#reported || report.receipts.length > 0) this.#send(this.#place);
  }
}
