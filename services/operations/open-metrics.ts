import type { ReadModel } from '../read-model/open-read-model';
import { createMetrics, type Metrics } from './metrics';

/** @returns the metrics of a service, which see for themselves what becomes readable. */
export function openMetrics(options: {
  readonly readModel: Pick<ReadModel, 'freshness' | 'follow'>;
  /** Deliveries on their way into the store. */
  readonly admission: { readonly pending: number };
  /** The live feed's own counts. */
  readonly live: { readonly clients: number; readonly sent: number; readonly dropped: number };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): Metrics {
  const { readModel, admission, live, now } = options;
  const metrics = createMetrics({
    now,
    queueDepth: () => admission.pending,
    projectionLagSeconds: () => readModel.freshness.lagSeconds,
    live,
  });
  readModel.follow({
    projected: ({ cameBefore }) => {
      metrics.cameBefore(cameBefore);
    },
  });
  return metrics;
}
