import type { RawMessage } from '../../shared/model/feed-message';
import { commonOf, type FeedNeed, type FeedRequest, fitsOne, locationOf, requestFor } from './feed-need';

/** Which connections serve those who follow feeds in one browser, and what of them is for whom. */

/** A place of a line, and who follows it. */
interface Followed<Follower> {
  /** Where its followers are; null: nowhere yet. */
  position: string | null;
  /** Those whom the connection brings it to. */
  readonly followers: Set<Follower>;
  /** Those for whom it is asked for with the next connection, and where they are. */
  readonly newcomers: Map<Follower, string | null>;
}

/** What is asked for by one connection. */
export interface SharedLine<Follower> {
  readonly need: FeedNeed;
  readonly places: Map<string, Followed<Follower>>;
  /** Its reader may not see its one place, and others must not suffer for it: until something comes, nothing is added. */
  readonly isAlone: boolean;
  /** The place that comes, if there is only one; null: the stream says. */
  only: string | null;
  /** The place that the stream is at. */
  at: string | null;
}

/** What there is to do with a connection. */
export interface ConnectionStep<Follower> {
  readonly line: SharedLine<Follower>;
  /** `renew`: its places are others, or one is to begin anew. */
  readonly kind: 'connect' | 'renew' | 'end';
}

export interface FollowerMessages<Follower> {
  readonly followers: ReadonlySet<Follower>;
  readonly messages: readonly RawMessage[];
}

/** How a stream of several locations says of which location the messages are that follow. */
const LOCATION_EVENT = 'location';
/** How it says that the reader may not see it. */
const REFUSED_EVENT = 'refused';

function locationIn({ data }: RawMessage): string | null {
  try {
    const { location_id } = JSON.parse(data) as { location_id?: unknown }; // looked at before it is used
    return typeof location_id === 'string' ? location_id : null;
  } catch {
    return null;
  }
}

/** Takes newcomers in. Where they and the others are at one position they go on from it; else all are sent everything. */
function settle<Follower>(place: Followed<Follower>): void {
  const { followers, newcomers } = place;
  const [first = null, ...others] = [...(followers.size > 0 ? [place.position] : []), ...newcomers.values()];
  place.position = others.every((position) => position === first) ? first : null;
  for (const newcomer of newcomers.keys()) followers.add(newcomer);
  newcomers.clear();
}

/**
 * Keeps one line for all needs that one connection can serve. It is asked for each change of those who follow, and
 * answers what is to be done for it: the connections are then what is needed, each once.
 */
export class Sharing<Follower> {
  readonly #lines = new Set<SharedLine<Follower>>();

  get lines(): ReadonlySet<SharedLine<Follower>> {
    return this.#lines;
  }

  /** @param position where the follower is, if it is anywhere */
  follow(follower: Follower, need: FeedNeed, position: string | null): readonly ConnectionStep<Follower>[] {
    return this.#follow(follower, need, locationOf(need), position);
  }

  leave(follower: Follower): readonly ConnectionStep<Follower>[] {
    for (const line of this.#lines) {
      for (const [location, { followers, newcomers }] of line.places) {
        if (!followers.delete(follower) && !newcomers.delete(follower)) continue;
        if (followers.size + newcomers.size > 0) return [];
        line.places.delete(location);
        if (line.places.size > 0) return [{ line, kind: 'renew' }];
        this.#lines.delete(line);
        return [{ line, kind: 'end' }];
      }
    }
    return [];
  }

  /** @returns how to ask for what a line has to bring now. What comes from now on is the answer to it. */
  ask(line: SharedLine<Follower>): FeedRequest {
    const places = [...line.places].map(([location, place]) => {
      settle(place);
      return [location, place.position] as const;
    });
    line.only = places.length === 1 ? (places[0]?.[0] ?? null) : null;
    line.at = line.only;
    return requestFor(line.need, places);
  }

  /** Takes in what came by a line. @returns whose it is, and what is to be done about it */
  take(
    line: SharedLine<Follower>,
    messages: readonly RawMessage[],
  ): {
    readonly deliveries: readonly FollowerMessages<Follower>[];
    readonly steps: readonly ConnectionStep<Follower>[];
  } {
    if (line.isAlone && messages.length > 0) return { deliveries: [], steps: this.#bringBack(line) };
    const byPlace = new Map<string, RawMessage[]>();
    const steps: ConnectionStep<Follower>[] = [];
    for (const message of messages) {
      if (line.only === null && message.event === LOCATION_EVENT) line.at = locationIn(message);
      else if (line.at === null) continue;
      else if (line.only === null && message.event === REFUSED_EVENT) steps.push(...this.#setApart(line, line.at));
      else {
        const place = line.places.get(line.at);
        if (place === undefined) continue;
        if (message.event === 'snapshot') place.position = message.id ?? null;
        else place.position = message.id ?? place.position;
        byPlace.set(line.at, [...(byPlace.get(line.at) ?? []), message]);
      }
    }
    const deliveries = [...byPlace].map(([location, some]) => ({
      followers: line.places.get(location)?.followers ?? new Set<Follower>(),
      messages: some,
    }));
    return { deliveries, steps };
  }

  /** @returns all those to whom the connection of a line is made. */
  followersOf(line: SharedLine<Follower>): readonly Follower[] {
    return [...line.places.values()].flatMap(({ followers }) => [...followers]);
  }

  #follow(
    follower: Follower,
    need: FeedNeed,
    location: string,
    position: string | null,
  ): readonly ConnectionStep<Follower>[] {
    const line = this.#lineFor(need, location);
    const place = line?.places.get(location);
    if (place !== undefined) place.newcomers.set(follower, position);
    const newcomers = new Map([[follower, position]]);
    const on = line ?? this.#add(need, false);
    if (place === undefined) on.places.set(location, { position: null, followers: new Set(), newcomers });
    return [{ line: on, kind: line === undefined ? 'connect' : 'renew' }];
  }

  #lineFor(need: FeedNeed, location: string): SharedLine<Follower> | undefined {
    const common = commonOf(need);
    const lines = [...this.#lines].filter((line) => commonOf(line.need) === common);
    return (
      lines.find(({ places }) => places.has(location)) ??
      lines.find(({ places, isAlone }) => !isAlone && fitsOne([...places.keys(), location]))
    );
  }

  #add(need: FeedNeed, isAlone: boolean): SharedLine<Follower> {
    const line: SharedLine<Follower> = { need, places: new Map(), isAlone, only: null, at: null };
    this.#lines.add(line);
    return line;
  }

  /** Has the place of a line that was refused, and no longer is, brought with those of others. */
  #bringBack(line: SharedLine<Follower>): readonly ConnectionStep<Follower>[] {
    this.#lines.delete(line);
    const coming = [...line.places].flatMap(([location, { position, followers, newcomers }]) =>
      [...[...followers].map((follower) => [follower, position] as const), ...newcomers].map(([follower, at]) =>
        this.#follow(follower, line.need, location, at),
      ),
    );
    line.places.clear();
    return [{ line, kind: 'end' }, ...coming.flat().slice(0, 1)];
  }

  /** Gives a place that is refused a line of its own, which then gets the reason. */
  #setApart(line: SharedLine<Follower>, location: string): readonly ConnectionStep<Follower>[] {
    const place = line.places.get(location);
    if (place === undefined) return [];
    line.places.delete(location);
    const apart = this.#add(line.need, true);
    apart.places.set(location, place);
    const rest: readonly ConnectionStep<Follower>[] = line.places.size > 0 ? [] : [{ line, kind: 'end' }];
    if (line.places.size === 0) this.#lines.delete(line);
    return [{ line: apart, kind: 'connect' }, ...rest];
  }
}
