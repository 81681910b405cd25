import {
  type OutageListener,
  type OutageReport,
  REPORT_EVERY_MS,
  StoreOutage,
} from '../../../services/event-store/store-outage';

describe('an outage of the store', () => {
  let reported: [keyof OutageListener, unknown][];
  let refusal: string | null;
  let looks: number;
  let outage: StoreOutage;

  beforeEach(() => {
    jest.useFakeTimers();
    reported = [];
    refusal = null;
    looks = 0;
    const store = {
      checkWritable: () => {
        looks++;
        return refusal === null ? Promise.resolve() : Promise.reject(new Error(refusal));
      },
    };
    const listener: OutageListener = {
      gone: (detail) => reported.push(['gone', detail]),
      stillGone: (report) => reported.push(['stillGone', report]),
      back: (report) => reported.push(['back', report]),
    };
    outage = new StoreOutage(store, listener, () => performance.now());
  });
  afterEach(() => {
    outage.close();
    jest.useRealTimers();
  });
  const report = (fields: Partial<OutageReport>): unknown => expect.objectContaining(fields);

  it('an outage is logged when it begins, every 30 seconds with what met it, and when it is over', async () => {
    refusal = 'no connection';
    for (let second = 0; second < 70; second++) {
      for (let n = 0; n < 100; n++) outage.deliveryRefused('no answer');
      if (outage.readFailed()) outage.readFailed();
      await jest.advanceTimersByTimeAsync(1_000);
    }
    expect(reported).toEqual([
      ['gone', 'no answer'],
      ['stillGone', report({ seconds: 30, deliveries: 3_000, reads: 60 })],
      ['stillGone', report({ seconds: 60, deliveries: 6_000, reads: 120 })],
    ]);
    refusal = null;
    outage.taken();
    await jest.advanceTimersByTimeAsync(REPORT_EVERY_MS);
    expect(reported.slice(3)).toEqual([['back', { seconds: 71, deliveries: 7_000, reads: 140 }]]);
    outage.deliveryRefused('again');
    expect(reported.at(-1)).toEqual(['gone', 'again']);
  });

  it('a store that takes one delivery and refuses the next is not back', async () => {
    for (let n = 0; n < 100; n++) {
      outage.deliveryRefused('now and then');
      outage.taken();
      await jest.advanceTimersByTimeAsync(500);
    }
    expect(reported.map(([what]) => what)).toEqual(['gone', 'stillGone']);
  });

  it('the end of an outage is noticed although nothing is delivered', async () => {
    refusal = 'no connection';
    outage.proven(refusal);
    await jest.advanceTimersByTimeAsync(20_000);
    refusal = null;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(reported.map(([what]) => what)).toEqual(['gone', 'back']);
    const then = looks;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(looks).toBe(then);
  });

  it('a read that fails has the store looked at, and is no outage if that takes writes', async () => {
    expect([outage.readFailed(), outage.readFailed()]).toEqual([false, false]);
    await jest.advanceTimersByTimeAsync(0);
    expect([reported, looks]).toEqual([[], 1]);
    refusal = 'no connection';
    expect(outage.readFailed()).toBe(false);
    await jest.advanceTimersByTimeAsync(0);
    expect(reported).toEqual([['gone', 'no connection']]);
    expect(outage.readFailed()).toBe(true);
  });
});
