import fc from 'fast-check';
import { type CutPage, cutPage } from '../../schemas/cut-page';

it('pages that begin after the last item of the one before are the whole list, and only the last has nothing after it', () => {
  fc.assert(
    fc.property(fc.nat({ max: 30 }), fc.integer({ min: 1, max: 10 }), (size, limit) => {
      const list = Array.from({ length: size }, (_, index) => index);
      const pages: number[][] = [];
      for (let after: number | null = -1; after !== null;) {
        const { items, last }: CutPage<number> = cutPage(list.slice(after + 1, after + 1 + limit + 1), limit);
        pages.push([...items]);
        after = last;
      }
      expect(pages.flat()).toEqual(list);
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
      expect(pages.length).toBe(Math.max(1, Math.ceil(size / limit)));
    }),
  );
});

it('nothing of a list is a page without an end, whatever its limit', () => {
  expect(cutPage([], 10)).toEqual({ items: [], last: null });
  expect(cutPage([1, 2], 0)).toEqual({ items: [], last: null });
});
