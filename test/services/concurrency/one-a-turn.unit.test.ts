import { oneATurn } from '../../../services/concurrency/one-a-turn';

it('one caller goes on in each turn of the event loop, in the order in which they came', async () => {
  const turn = oneATurn();
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const begun: [caller: number, turns: number][] = [];
  await Promise.all([0, 1, 2, 3].map((caller) => turn().then(() => begun.push([caller, turns]))));
  isOver = true;
  expect(begun.map(([caller]) => caller)).toEqual([0, 1, 2, 3]);
  expect(new Set(begun.map(([, at]) => at)).size).toBe(4);
});
