/**
 * @returns the parts of a board on a wall whose pages turn: each list by itself where all fit beside each other; else those
 *   of the open orders together
 */
export function wallBoxes(root: HTMLElement | DocumentFragment): readonly Element[] {
  const columns = root.querySelector('.columns');
  const isOne = columns !== null && columns.scrollHeight > columns.clientHeight + 1;
  return [...root.querySelectorAll('.strip .tiles'), ...(isOne ? [columns] : root.querySelectorAll('.stack .tiles'))];
}
