import { stillKept } from './model/kept-board';

/** Header with the time of a kept board, so that old ones are found without reading them. */
export const TIME = 'X-Current-At';

/** Deletes the boards that are too old, and those that are too many. */
export async function deleteOld(cache: Cache): Promise<void> {
  const boards = await Promise.all(
    (await cache.keys()).map(async (request) => {
      const response = await cache.match(request);
      return { request, currentAt: Number(response?.headers.get(TIME) ?? 0) };
    }),
  );
  const kept = stillKept(boards, Date.now());
  await Promise.all(boards.filter((one) => !kept.includes(one)).map(({ request }) => cache.delete(request)));
}
