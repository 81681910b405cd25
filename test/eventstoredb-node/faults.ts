/** What a test makes a node do wrong. All off: {@link NO_FAULTS}. */
export interface Faults {
  /** Takes requests and never answers them, nor does what they ask. */
  readonly silent: boolean;
  /** Stops working, and does everything that came in the meantime when it ends. Pings are still answered: for a process
   * that does nothing at all, stop the process. */
  readonly frozen: boolean;
  /** Ends every running stream (reads, subscriptions, batches) with status OK, and new ones at once. */
  readonly closedWithOk: boolean;
  /** How many of the next requests fail with UNAVAILABLE. */
  readonly unavailable: number;
  /** Milliseconds before each request is looked at. */
  readonly slowMs: number;
  /** Milliseconds that this node's clock is ahead of the clients'. */
  readonly clockAheadMs: number;
  /** Stores what is appended, and never says so. */
  readonly storesWithoutAnswer: boolean;
  /** Stores what is appended, and cuts every connection instead of saying so. */
  readonly dropsAfterStoring: boolean;
  /** Fails to tell which features it has. */
  readonly featureProbeFails: boolean;
  /** Refuses reads and writes as an overloaded node does. */
  readonly tooBusy: boolean;
  /** Refuses them as a node does in the first second after its start, and knows of no leader. */
  readonly notReady: boolean;
  /** Milliseconds for which a stream that was soft-deleted reads as not found once an append has revived it. */
  readonly revivedLateMs: number;
  /** Leads no more: ends the calls that only the leader may answer, and sends whoever wants it to the node at this port. */
  readonly leaderPort: number | null;
}

export const NO_FAULTS: Faults = {
  silent: false,
  frozen: false,
  closedWithOk: false,
  unavailable: 0,
  slowMs: 0,
  clockAheadMs: 0,
  storesWithoutAnswer: false,
  dropsAfterStoring: false,
  featureProbeFails: false,
  tooBusy: false,
  notReady: false,
  revivedLateMs: 0,
  leaderPort: null,
};
