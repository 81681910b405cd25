import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Beside } from './beside';

/**
 * Programs that wait for news of locations that have none (services/feed). What they cost is not to be measurable: pairs of
 * one run differ by some percent without anything beside them, so less than 3 % of all pairs together cannot be
 * distinguished from that.
 */
export const POLLS: Beside = {
  what: '500 waiting polls',
  counted: 'waiting',
  metric: /^ticket_rail_feed_followers (\d+)$/m,
  level: 500,
  goal: 0.97,
  prepare: () => {
    const poller = fork(join(__dirname, 'poller.js'));
    return Promise.resolve({
      env: {},
      begin: (port) => {
        poller.send(port);
      },
      pause: () => {
        poller.send('rest');
      },
      end: () => {
        poller.disconnect();
      },
    });
  },
};
