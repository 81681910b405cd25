import { KeyedQueue } from '../../../services/concurrency/keyed-queue';
import { Semaphore } from '../../../services/concurrency/semaphore';

/** Work that ends when it is told to, and says when it begins. */
function work(name: string, began: string[]) {
  let end = (): void => undefined;
  const done = new Promise<string>((resolve) => {
    end = () => {
      resolve(name);
    };
  });
  const run = (): Promise<string> => {
    began.push(name);
    return done;
  };
  return { run, end };
}
/** All that can happen without anyone's doing has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('the work of one key is done one after the other, and another key does not wait for it', async () => {
  const began: string[] = [];
  const queue = new KeyedQueue();
  const [first, second, other] = [work('first', began), work('second', began), work('other', began)];
  const results = [queue.run('a', first.run), queue.run('a', second.run), queue.run('b', other.run)];
  await settled();
  expect(began).toEqual(['first', 'other']);
  first.end();
  await settled();
  expect(began).toEqual(['first', 'other', 'second']);
  second.end();
  other.end();
  expect(await Promise.all(results)).toEqual(['first', 'second', 'other']);
});

it('the work of a key that fails leaves the next of the key its turn', async () => {
  const queue = new KeyedQueue();
  const failed = queue.run('a', () => Promise.reject(new Error('broken')));
  const next = queue.run('a', () => Promise.resolve('done'));
  await expect(failed).rejects.toThrow('broken');
  expect(await next).toBe('done');
});

it('a semaphore lets so many begin, and the next when one of them has ended', async () => {
  const began: string[] = [];
  const semaphore = new Semaphore(2);
  const [first, second, third] = [work('first', began), work('second', began), work('third', began)];
  const results = [semaphore.use(first.run), semaphore.use(second.run), semaphore.use(third.run)];
  await settled();
  expect(began).toEqual(['first', 'second']);
  second.end();
  await settled();
  expect(began).toEqual(['first', 'second', 'third']);
  first.end();
  third.end();
  expect(await Promise.all(results)).toEqual(['first', 'second', 'third']);
});
