import { keep, load } from '../shared/storage';
import { boardOf, type LastBoard, readBoards, withBoard } from './model/last-boards';

const KEY = 'last boards';

export const loadBoard = (location: string): LastBoard | null => boardOf(readBoards(load(KEY)), location, Date.now());

/** Boards that were kept by another page meanwhile stay. */
export function keepBoard(board: LastBoard): void {
  keep(KEY, withBoard(readBoards(load(KEY)), board));
}

/** Forgets what boards showed: nobody is signed in any more. */
export function forgetBoards(): void {
  if (readBoards(load(KEY)).length > 0) keep(KEY, []);
}
