import { PassThrough } from 'node:stream';

import { Pull } from '../../../../services/event-store/eventstoredb/pull';

function pullOf(
  source: PassThrough,
  stop = new AbortController(),
  cut = new AbortController(),
): { pull: Pull<unknown>; cancelled: () => number } {
  let cancelled = 0;
  const abandon = (): Promise<void> => {
    cancelled += 1;
    return Promise.reject(new Error('there is no call'));
  };
  return {
    pull: new Pull<unknown>(source, (received) => received, abandon, stop.signal, cut.signal),
    cancelled: () => cancelled,
  };
}

const takeAll = (pull: Pull<unknown>): unknown[] => {
  const items: unknown[] = [];
  for (let item = pull.take(); item !== null; item = pull.take()) items.push(item);
  return items;
};

describe('pull from a client stream', () => {
  it('a pull gives a mark after everything that was received before it, and before the rest', () => {
    const source = new PassThrough({ objectMode: true });
    const { pull } = pullOf(source);
    source.write(1);
    source.write(2);
    pull.mark('checkpoint');
    source.write(3);
    expect(pull.take()).toBe(1);
    expect(pull.take()).toBe(2);
    expect(pull.take()).toBe('checkpoint');
    pull.mark('caught up');
    expect(pull.empty).toBe(false);
    expect(takeAll(pull)).toEqual([3, 'caught up']);
    expect(pull.empty).toBe(true);
  });

  it('a pull fails only after everything that was received before', () => {
    const source = new PassThrough({ objectMode: true });
    const { pull } = pullOf(source);
    source.write(1);
    source.emit('error', new Error('lost'));
    expect(pull.take()).toBe(1);
    expect(() => pull.take()).toThrow('lost');
  });

  it('a pull whose connection is given up fails after everything that was received, and does not end', () => {
    const source = new PassThrough({ objectMode: true });
    const cut = new AbortController();
    const { pull } = pullOf(source, new AbortController(), cut);
    source.write(1);
    cut.abort();
    source.end();
    expect(pull.take()).toBe(1);
    expect(() => pull.take()).toThrow('given up');
  });

  it('a pull that has ended is complete, whatever becomes of its connection', async () => {
    const source = new PassThrough({ objectMode: true });
    const cut = new AbortController();
    const { pull } = pullOf(source, new AbortController(), cut);
    source.end();
    pull.take();
    await pull.change(Infinity);
    cut.abort();
    expect(pull.take()).toBeNull();
    expect(pull.ended).toBe(true);
  });

  it('a pull waits for an item, for the end, or until its time is over', async () => {
    const source = new PassThrough({ objectMode: true });
    const { pull } = pullOf(source);
    expect(await pull.change(5)).toBe(false);
    const changed = pull.change(Infinity);
    source.write(1);
    expect(await changed).toBe(true);
    expect(takeAll(pull)).toEqual([1]);
    const ended = pull.change(Infinity);
    source.end();
    expect(await ended).toBe(true);
    expect(pull.take()).toBeNull();
    await pull.change(100);
    expect(pull.ended).toBe(true);
  });

  it('a pull stops waiting when its signal is aborted', async () => {
    const stop = new AbortController();
    const { pull } = pullOf(new PassThrough({ objectMode: true }), stop);
    const changed = pull.change(Infinity);
    stop.abort();
    expect(await changed).toBe(true);
  });

  it('a pull ends the call behind the stream, even if there is none or it fails later', () => {
    const source = new PassThrough({ objectMode: true });
    const { pull, cancelled } = pullOf(source);
    pull.cancel();
    source.emit('error', new Error('late'));
    expect(cancelled()).toBe(1);
    expect(source.destroyed).toBe(true);
  });
});
