import { z } from 'zod';
import { LocationId } from '../wire/handle-order';
import { Time } from './order-view';

/** What delivery services really send, as `GET /coverage` reports it. */

const Count = z.int().nonnegative();
const Share = z.number().min(0).max(1);
const Field = z.enum(['status', 'delivery_status']);
const Counts = z.record(z.string(), Count);

export const CoverageGroup = z
  .object({
    location_id: LocationId,
    source: z.string().meta({
      description:
        '`driver_details.source` of the driver assigned as of each event, in lower case; `unknown` where none was',
    }),
    events: Count,
    late: z
      .object({ count: Count, share: Share })
      .meta({ description: 'events that reported an earlier step than the order showed (attention out_of_order)' }),
    statuses: Counts.meta({ description: 'events with each known status; 0 for those that never came' }),
    delivery_statuses: Counts.meta({ description: 'the same for delivery_status' }),
    unknown: z.array(z.object({ field: Field, value: z.string(), count: Count })),
    further_unknown: Count.meta({ description: 'events with further unknown values, which are only counted together' }),
    unreadable: z.array(z.object({ pointer: z.string(), count: Count })).meta({
      description: 'fields that were read otherwise than they came, or could not be read, and in how many events',
    }),
    gaps: z
      .array(
        z.object({
          field: Field,
          from: z.string(),
          to: z.string(),
          count: Count,
          median_seconds: z.number().nonnegative(),
          p90_seconds: z.number().nonnegative(),
        }),
      )
      .meta({ description: 'from the first report of one known value to that of the next, within 5 %' }),
  })
  .meta({ id: 'CoverageGroup', description: 'What came from one delivery service at one location' });
export type CoverageGroup = z.infer<typeof CoverageGroup>;

/** What a scan of the log gives. */
export const CoverageScan = z.object({
  complete: z.boolean().meta({ description: 'false: more was in the range than one query reads' }),
  covered_until: Time.nullable().meta({ description: 'time of the last event counted, if it is not complete' }),
  events: Count,
  ungrouped_events: Count.meta({
    description: 'events of further sources and locations, which are only counted together',
  }),
  groups: z.array(CoverageGroup),
});
export type CoverageScan = z.infer<typeof CoverageScan>;

export const EndpointReport = z
  .object({
    since: Time.meta({ description: 'when this process began to count' }),
    deliveries: Counts.meta({ description: 'calls of POST /handle-order by outcome' }),
    repeats: z.object({ count: Count, share: Share.nullable() }).meta({
      description:
        'of recorded and repeated deliveries; repeats are not stored, so only those of this process are known',
    }),
    non_2xx: z.object({
      window_seconds: Count,
      share: Share.meta({ description: 'of authentic deliveries: what Stream sees' }),
      alarms: z
        .array(z.object({ at: Share, reached: z.boolean() }))
        .meta({ description: 'shares at which Stream acts' }),
    }),
    not_authentic: z
      .object({
        share: Share.meta({ description: 'of all calls of the same time' }),
        secrets_in_doubt: z.boolean().meta({
          description:
            'deliveries come that no secret or token of ours verifies, and none that one does: Stream may have another',
        }),
        last_authentic_at: Time.nullable().meta({ description: 'of this process' }),
      })
      .meta({ description: 'refused with 401: anybody can send those' }),
  })
  .meta({ id: 'Endpoint', description: 'How the calls of Stream were answered since this process began' });
export type EndpointReport = z.infer<typeof EndpointReport>;

export const CoverageReport = CoverageScan.extend({
  from: Time,
  to: Time,
  endpoint: EndpointReport.nullable().meta({ description: 'of all locations, so null for readers of some' }),
}).meta({ id: 'Coverage', description: 'What delivery services really sent in a range of time' });
export type CoverageReport = z.infer<typeof CoverageReport>;
