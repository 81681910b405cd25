import { nextTurn } from '../../../services/concurrency/turns';

it('however many ask for a turn, one gets it in each turn of the event loop, in the order in which they asked', async () => {
  const order: string[] = [];
  const slices = async (name: string): Promise<void> => {
    for (let n = 0; n < 3; n++) {
      await nextTurn();
      order.push(name);
    }
  };
  let turns = 0;
  const count = (): void => {
    turns++;
    if (order.length < 9) setImmediate(count);
  };
  setImmediate(count);
  await Promise.all(['a', 'b', 'c'].map(slices));
  expect(order.join('')).toBe('abcabcabc');
  expect(turns).toBeGreaterThanOrEqual(8);
});
