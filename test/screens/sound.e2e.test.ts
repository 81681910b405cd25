import { until } from '../support/patience';
import { screenLab } from '../support/screen-lab';
import { untilOnPage } from '../support/screen-watch';

/** The alarm, in a browser that lets pages play without being touched, as a kiosk is set up. */

/** The first tone of the alarm, in Hz. */
const FIRST_TONE_HZ = 659.3;
/** The first tone of an order that is very late. */
const VERY_LATE_HZ = 1174.7;
/** Milliseconds in which the alarm comes again while nobody attends, and a little more. */
const AGAIN_MS = 9_000;
/** A minute, and a little more. */
const MINUTE_MS = 61_000;

const kiosk = screenLab(
  { STREAM_WEBHOOK_SECRETS: '', READERS: '' },
  {
    args: ['--autoplay-policy=no-user-gesture-required', '--mute-audio'],
  },
);

/** Notes each tone that is started, and whether its context plays. */
const LISTEN = `(() => {
  window.tones = [];
  const { start } = AudioScheduledSourceNode.prototype;
  AudioScheduledSourceNode.prototype.start = function (...rest) {
    window.tones.push([Math.round(this.frequency.value * 10) / 10, this.context.state]);
    return start.apply(this, rest);
  };
})()`;

describe('the alarm', () => {
  beforeEach(() => kiosk.page.addInitScript({ content: LISTEN }));

  it('the alarm sounds when a driver arrives, again while nobody attends, and no more when somebody does', async () => {
    const location = kiosk.newLocation();
    await kiosk.page.clock.install();
    await kiosk.openBoard(location);
    // It plays once the device lets it.
    await kiosk.page.locator('.banner.sound').waitFor({ state: 'detached' });
    await kiosk.deliver({ location_id: location, order_id: 'o1', delivery_status: 'arrived_at_pickup' });
    await untilOnPage(kiosk.page, 'window.tones.length > 0');
    const first = await kiosk.page.evaluate<unknown[]>('window.tones');
    expect(first[0]).toEqual([FIRST_TONE_HZ, 'running']);
    await kiosk.page.clock.runFor(AGAIN_MS);
    await untilOnPage(kiosk.page, `window.tones.length > ${String(first.length)}`);
    await kiosk.page.keyboard.press('Escape');
    await kiosk.card().waitFor({ state: 'hidden' });
    const heard = await kiosk.page.evaluate<unknown[]>('window.tones');
    await kiosk.page.clock.runFor(AGAIN_MS);
    expect((await kiosk.page.evaluate<unknown[]>('window.tones')).length).toBe(heard.length);
  });

  it('another driver who is here in place of the one before is called, after somebody attended to that one', async () => {
    const arrived = { location_id: kiosk.newLocation(), order_id: 'o1', delivery_status: 'arrived_at_pickup' };
    await kiosk.openBoard(arrived.location_id);
    await kiosk.deliver({ ...arrived, driver_details: { source: 'uber', name: 'Ana S.' } });
    await untilOnPage(kiosk.page, 'window.tones.length > 0');
    await kiosk.card().getByText('Ana S.').waitFor();
    await kiosk.page.keyboard.press('Escape');
    await kiosk.card().waitFor({ state: 'hidden' });
    await kiosk.page.evaluate('window.tones = []');
    await kiosk.deliver({ ...arrived, driver_details: { source: 'uber', name: 'Ben T.' } });
    await kiosk.card().getByText('Ben T.').waitFor();
    await untilOnPage(kiosk.page, 'window.tones.length > 0');
    expect(await kiosk.page.evaluate('window.tones[0][0]')).toBe(FIRST_TONE_HZ);
  });

  it.each([
    ['a cancellation', { status: 'dsp_canceled' }, 784, 'Acknowledge', 'Finished (1)'],
    ['an order without a driver', { delivery_status: 'failed_to_assign_driver' }, 987.8, 'Put away', 'Put away (1)'],
    [
      'food that is coming back',
      { status: 'out_for_delivery', delivery_status: 'enroute_to_return' },
      440,
      'Open handoff card of order o1',
      'Handoff',
    ],
  ])(
    '%s has a sound of its own, which comes again until somebody attends',
    async (_what, report, hz, attends, then) => {
      const location = kiosk.newLocation();
      await kiosk.page.clock.install();
      await kiosk.openBoard(location);
      await kiosk.deliver({ location_id: location, order_id: 'o1', ...report });
      await untilOnPage(kiosk.page, `window.tones[0]?.[0] === ${String(hz)}`);
      const first = await kiosk.page.evaluate<unknown[]>('window.tones');
      await kiosk.page.clock.runFor(AGAIN_MS);
      await untilOnPage(kiosk.page, `window.tones.length > ${String(first.length)}`);
      await kiosk.page.getByRole('button', { name: attends }).click();
      await kiosk.page.getByText(then).first().waitFor();
      const heard = await kiosk.page.evaluate<unknown[]>('window.tones');
      await kiosk.page.clock.runFor(AGAIN_MS);
      expect((await kiosk.page.evaluate<unknown[]>('window.tones')).length).toBe(heard.length);
    },
  );

  it('an order that becomes very late has a sound of its own, and none where that is switched off', async () => {
    const location = kiosk.newLocation();
    await kiosk.page.clock.install();
    await kiosk.openBoard(location);
    await kiosk.deliver({ location_id: location, order_id: 'o1' });
    await kiosk.tile('o1').waitFor();
    await kiosk.page.getByRole('button', { name: 'Settings' }).click();
    await kiosk.page.getByRole('checkbox', { name: 'A driver is here' }).uncheck();
    for (const grade of ['late', 'very late']) await kiosk.page.getByLabel(`Preparing: ${grade} after`).fill('1');
    await kiosk.page.getByRole('button', { name: 'Save' }).click();
    await kiosk.deliver({ location_id: location, order_id: 'o2', delivery_status: 'arrived_at_pickup' });
    await kiosk.card().waitFor();
    expect(await kiosk.page.evaluate('window.tones')).toEqual([]);
    await kiosk.page.keyboard.press('Escape');
    await kiosk.card().waitFor({ state: 'hidden' });
    // At once, and again if need be: the next message from the service says that it is not so late yet.
    await until('its sound', async () => {
      await kiosk.page.clock.fastForward(MINUTE_MS);
      return kiosk.page.evaluate('window.tones.length > 0');
    });
    expect(await kiosk.page.evaluate('window.tones[0][0]')).toBe(VERY_LATE_HZ);
    await kiosk.tile('o1').getByRole('button', { name: 'Open handoff card of order o1' }).click();
    await kiosk.card().waitFor();
  });

  it('a sound is tried as loud as the slider says, which is kept over a reload, and every alarm is so loud', async () => {
    const location = kiosk.newLocation();
    await kiosk.page.addInitScript({
      content: `(() => {
        window.loudest = 0;
        const { linearRampToValueAtTime } = AudioParam.prototype;
        AudioParam.prototype.linearRampToValueAtTime = function (value, ...rest) {
          window.loudest = Math.max(window.loudest, value);
          return linearRampToValueAtTime.call(this, value, ...rest);
        };
      })()`,
    });
    await kiosk.openBoard(location);
    const slider = kiosk.page.getByRole('slider', { name: 'Volume' });
    const tried = async (): Promise<number> => {
      await kiosk.page.evaluate('window.loudest = 0');
      await kiosk.page.getByRole('button', { name: 'Try the sound: A driver is here' }).click();
      await untilOnPage(kiosk.page, 'window.loudest > 0');
      return kiosk.page.evaluate<number>('window.loudest');
    };
    await kiosk.page.getByRole('button', { name: 'Settings' }).click();
    expect(await slider.inputValue()).toBe('50');
    const before = await tried();
    await slider.focus();
    await kiosk.page.keyboard.press('End');
    expect([before, await tried()]).toEqual([0.25, 1]);
    await kiosk.page.keyboard.press('Home');
    await slider.focus();
    await kiosk.page.keyboard.press('Home');
    await kiosk.page.getByRole('button', { name: 'Save' }).click();
    await kiosk.page.reload();
    await kiosk.page.getByRole('button', { name: 'Sound on' }).waitFor();
    await kiosk.page.locator('[data-freshness="live"]').first().waitFor();
    await kiosk.deliver({ location_id: location, order_id: 'o1', delivery_status: 'arrived_at_pickup' });
    await untilOnPage(kiosk.page, 'window.loudest > 0');
    expect(await kiosk.page.evaluate('window.loudest')).toBeCloseTo(0.01);
  });

  it('the alarm is silent on a screen where it is switched off, over a reload too', async () => {
    const location = kiosk.newLocation();
    await kiosk.openBoard(location);
    await kiosk.page.getByRole('button', { name: 'Sound on' }).click();
    await kiosk.page.reload();
    await kiosk.page.getByRole('button', { name: 'Sound off' }).waitFor();
    await kiosk.deliver({ location_id: location, order_id: 'o1', delivery_status: 'arrived_at_pickup' });
    await kiosk.card().waitFor();
    expect(await kiosk.page.evaluate('window.tones')).toEqual([]);
  });
});

describe('the alarm after the device took the sound away', () => {
  /**
   * As iPads do when the screen is locked: every context that played says `interrupted`, until one of them is resumed, or,
   * where `forGood`, only a new one plays.
   */
  const device = (forGood: boolean): string => `(() => {
    const { get } = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, 'state');
    const taken = new WeakSet();
    Object.defineProperty(BaseAudioContext.prototype, 'state', {
      get() { return taken.has(this) ? 'interrupted' : get.call(this); },
    });
    const { resume } = AudioContext.prototype;
    AudioContext.prototype.resume = function () {
      if (!taken.has(this)) return resume.call(this);
      if (${String(forGood)}) return new Promise(() => undefined);
      taken.delete(this);
      this.dispatchEvent(new Event('statechange'));
      return Promise.resolve();
    };
    const Real = AudioContext;
    const all = [];
    window.AudioContext = class extends Real { constructor(...rest) { super(...rest); all.push(this); } };
    window.lock = () => { for (const one of all) { taken.add(one); one.dispatchEvent(new Event('statechange')); } };
  })()`;
  const RING = `window.tones.some(([, state]) => state === 'running')`;

  it.each([
    ['comes back when it is resumed', false],
    ['has to be opened anew', true],
  ])(
    'after a lock the board says that sound is blocked, and a touch brings it back: a context that %s',
    async (_name, forGood) => {
      await kiosk.page.addInitScript({ content: LISTEN });
      await kiosk.page.addInitScript({ content: device(forGood) });
      await kiosk.openBoard(kiosk.newLocation());
      await kiosk.page.locator('.banner.sound').waitFor({ state: 'detached' });
      await kiosk.page.evaluate('window.lock()');
      const button = kiosk.page.getByRole('button', { name: /Sound is blocked since the screen was locked/ });
      await button.click();
      await button.waitFor({ state: 'detached' });
      await untilOnPage(kiosk.page, RING);
      expect(await button.count()).toBe(0);
    },
  );

  it('after a lock the alarm comes back without a touch when the page is looked at again', async () => {
    await kiosk.page.addInitScript({ content: device(false) });
    await kiosk.openBoard(kiosk.newLocation());
    await kiosk.page.locator('.banner.sound').waitFor({ state: 'detached' });
    await kiosk.page.evaluate('window.lock()');
    const button = kiosk.page.getByRole('button', { name: /Sound is blocked since/ });
    await button.waitFor();
    await kiosk.page.evaluate(`window.dispatchEvent(new Event('pageshow'))`);
    await button.waitFor({ state: 'detached' });
    await kiosk.page.getByRole('button', { name: 'Sound on' }).waitFor();
    expect(await button.count()).toBe(0);
  });
});
