import type { OpenStage } from '../../../../../schemas/files/thresholds';

/** Returns what leads to the column of a stage, for the eye and for the keyboard. */
export const jumpWithin =
  (root: ParentNode) =>
  (stage: OpenStage): void => {
    const heading = root.querySelector<HTMLElement>(`#c-${stage}`);
    heading?.scrollIntoView({ block: 'start' });
    heading?.focus({ preventScroll: true });
  };
