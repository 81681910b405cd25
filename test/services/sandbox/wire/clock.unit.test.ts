import { createClock } from '../../../../services/sandbox/wire/clock';

const DAY_MS = 86_400_000;

describe('the clock of stories', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('the clock calls back when the time has come, also beyond the 24.8 days of a timer, and not before', () => {
    const clock = createClock(10, Date.now);
    const came: number[] = [];
    const at = Date.now() + 60 * DAY_MS;
    clock.at(at, () => came.push(Date.now()));
    jest.advanceTimersByTime(59 * DAY_MS);
    expect(came).toEqual([]);
    jest.advanceTimersByTime(DAY_MS);
    expect(came).toEqual([at]);
  });

  it('the clock does not call back what was called off, however long it had waited', () => {
    const clock = createClock(10, Date.now);
    const came = jest.fn();
    const callOff = clock.at(Date.now() + 60 * DAY_MS, came);
    jest.advanceTimersByTime(50 * DAY_MS);
    callOff();
    clock.at(Date.now() + DAY_MS, came);
    clock.stop();
    jest.advanceTimersByTime(60 * DAY_MS);
    expect(came).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('the clock lets as many seconds of a story pass in one as its speed says', () => {
    const now = Date.now();
    expect(createClock(60, () => now).in(60)).toBe(now + 1_000);
  });
});
