/**
 * What an append or a delete does, decided from what is stored: EventStoreDB's expected-revision check and its
 * recognition of repeated appends (`IndexWriter.CheckCommit`), shared by the stores that decide for themselves.
 *
 * Synchronous and without state. It reads no more than the rules need: nothing beyond `nextRevision` and `deleted` for an
 * append at the end of its stream, and one id per event for a repeat.
 */

import type { EventId } from '../../schemas/events/event-id';
import type { ExpectedRevision, StreamRevision } from './event-store';

/**
 * How many of the newest events of a stream are searched for the ids of an append with `any` or `stream_exists`. It has
 * to reach over what other writers of the same stream append between an attempt and its repeat.
 */
export const RECENT_EVENTS = 1_000;

/**
 * What is stored of one stream. Events that a soft delete hides count everywhere here: numbering continues after them,
 * and the repeat of their append is still a repeat.
 */
export interface StreamView {
  /** Revision of the next event to be written; 0 if the stream never had an event. */
  readonly nextRevision: number;
  readonly deleted: 'soft' | 'tombstone' | null;
  /**
   * Called only with 0 <= `revision` < `nextRevision`, in rising order, and stops at the first difference.
   * @returns the id of the event at `revision`; undefined if the store no longer knows it.
   */
  idAt(revision: number): EventId | undefined;
  /**
   * Called only for `any` and `stream_exists` on a stream that has events.
   * @returns the revision of the oldest event with this id among the last {@link RECENT_EVENTS} of the stream.
   */
  recentRevision(id: EventId): number | undefined;
}

export type AppendDecision =
  /** Write the events at `first`, `first` + 1 and so on; a soft-deleted stream is thereby revived. */
  | { readonly kind: 'write'; readonly first: number }
  /** A repeat: write nothing, and answer with the event at `last`, which ended the first attempt. */
  | { readonly kind: 'stored'; readonly last: number }
  | { readonly kind: 'conflict'; readonly actual: StreamRevision }
  | { readonly kind: 'deleted' };

export type DeleteDecision = { readonly kind: 'delete' } | Extract<AppendDecision, { kind: 'conflict' | 'deleted' }>;

export type EndDecision = { readonly kind: 'end'; readonly revision: StreamRevision } | { readonly kind: 'deleted' };

const DELETED = { kind: 'deleted' } as const;
const DELETE = { kind: 'delete' } as const;

const endOf = ({ nextRevision }: StreamView): StreamRevision => (nextRevision === 0 ? 'no_stream' : nextRevision - 1);

/** Decides where an append would find the end of a stream. */
export const decideEnd = (view: StreamView): EndDecision =>
  view.deleted === 'tombstone' ? DELETED : { kind: 'end', revision: endOf(view) };

function conflict(view: StreamView): { readonly kind: 'conflict'; readonly actual: StreamRevision } {
  return { kind: 'conflict', actual: endOf(view) };
}

/**
 * Decides an append. The view must not change until the decision was carried out.
 * @param events at least one, in order; only their ids matter.
 */
export function decideAppend(
  view: StreamView,
  expected: ExpectedRevision,
  events: readonly { readonly id: EventId }[],
): AppendDecision {
  if (view.deleted === 'tombstone') return DELETED;
  if (expected === 'any' || expected === 'stream_exists') return decideUnpositioned(view, expected, events);

  const first = expected === 'no_stream' ? 0 : expected + 1;
  // No look at the ids here: an append at the end of its stream is new even if it carries the ids of the one before.
  if (first === view.nextRevision) return { kind: 'write', first };
  if (first > view.nextRevision) return conflict(view);

  let revision = first;
  for (const { id } of events) {
    if (revision === view.nextRevision || view.idAt(revision) !== id) {
      const revives = revision === first && expected === 'no_stream' && view.deleted === 'soft';
      return revives ? { kind: 'write', first: view.nextRevision } : conflict(view);
    }
    revision += 1;
  }
  return { kind: 'stored', last: revision - 1 };
}

/**
 * Decides an append that names no revision. A repeat of it can only be recognised by ids, so only while they are
 * recent.
 */
function decideUnpositioned(
  view: StreamView,
  expected: 'any' | 'stream_exists',
  events: readonly { readonly id: EventId }[],
): AppendDecision {
  if (expected === 'stream_exists' && view.deleted === 'soft') return DELETED;
  if (view.nextRevision === 0) return expected === 'any' ? { kind: 'write', first: 0 } : conflict(view);

  let last: number | undefined;
  for (const { id } of events) {
    const revision = view.recentRevision(id);
    if (revision === undefined) {
      return last === undefined ? { kind: 'write', first: view.nextRevision } : conflict(view);
    }
    last = revision;
  }
  return last === undefined ? { kind: 'write', first: view.nextRevision } : { kind: 'stored', last };
}

/**
 * Decides a delete, soft or tombstone alike. A soft-deleted stream still has events, so it can be deleted again; a stream
 * without any cannot.
 */
export function decideDelete(view: StreamView, expected: ExpectedRevision): DeleteDecision {
  if (view.deleted === 'tombstone') return DELETED;
  if (view.deleted === 'soft' && expected === 'stream_exists') return DELETED;
  if (view.nextRevision === 0) return conflict(view);
  const matches =
    expected === 'any' ||
    expected === 'stream_exists' ||
    (expected === 'no_stream' ? view.deleted === 'soft' : expected === view.nextRevision - 1);
  return matches ? DELETE : conflict(view);
}
