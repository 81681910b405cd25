import { sleep } from '../../../services/concurrency/sleep';
import { within } from '../../../services/concurrency/within';

const never = new Promise<string>(() => undefined);

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('what is waited for no longer than a time', () => {
  it('a promise that settles in time gives its value, and leaves no timer behind', async () => {
    expect(await within(1_000, Promise.resolve('in time'), 'late')).toBe('in time');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('a promise that does not settle in time gives what stands for it', async () => {
    const result = within(1_000, never, 'late');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await result).toBe('late');
  });

  it('a promise that fails in time fails, and leaves no timer behind', async () => {
    await expect(within(1_000, Promise.reject(new Error('broken')), 'late')).rejects.toThrow('broken');
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('a sleep', () => {
  it('a sleep ends with its time', async () => {
    const slept = sleep(1_000);
    await jest.advanceTimersByTimeAsync(1_000);
    await slept;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('a sleep ends when it is stopped, before or in the middle, and leaves no timer behind', async () => {
    const stop = new AbortController();
    const slept = sleep(1_000, stop.signal);
    stop.abort();
    await slept;
    await sleep(1_000, stop.signal);
    expect(jest.getTimerCount()).toBe(0);
  });
});
