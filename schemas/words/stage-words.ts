import type { Stage } from '../vocabulary';

/** What a stage is called, for people: on screens and in evidence. */
export const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  preparing: 'Preparing',
  ready: 'Ready',
  driver_here: 'Driver here',
  on_the_way: 'On the way',
  needs_action: 'Needs action',
  coming_back: 'Coming back',
  completed: 'Done',
  failed: 'Failed',
  canceled: 'Canceled',
  returned: 'Returned',
};
