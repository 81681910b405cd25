import { editDistance } from '../../schemas/words/edit-distance';

/** Which names of the environment were meant to be variables of ours, and are not. Pure. */

/**
 * Beginnings of our names that no other program is known to use. `DATA_`, `LOG_`, `MAX_`, `REQUEST_`, `HOST` and `PORT` are
 * anybody's, and so say nothing.
 */
const OURS =
  /^(?:STREAM|READERS?|RELAY|EVENT_STORE|QUARANTINE|RETENTION|ACCESS_RETENTION|CHECKPOINTS?|DESTINATIONS?|LABEL|LOCATIONS)(?:_|$)|^STREAM(?:WEBHOOK|BEARER)/;

/**
 * What others set all the same: credentials of Stream's own API, and what Kubernetes and Docker say of a service that is
 * named `relay` or `event-store`.
 */
const OF_OTHERS = [
  /^STREAM_(?:API|APP|CLIENT)(?:_|$)/,
  /_SERVICE_(?:HOST|PORT(?:_\w+)?)$/,
  /_PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?$/,
  /_ENV_\w+$/,
  /_NAME$/,
];

/** Most changes of one character by which a name is still taken for another, and the shortest name of which that holds. */
const MOST_SLIPS = 2;
const SHORTEST_GUESSED = 12;

/** Returns the known name that is nearest to another one, without regard to case. */
function nearest(name: string, known: readonly string[]): { readonly name: string; readonly distance: number } | null {
  const all = known.map((each) => ({ name: each, distance: editDistance(name.toUpperCase(), each) }));
  return all.sort((a, b) => a.distance - b.distance)[0] ?? null;
}

/** The known name that another one is a slip of; most names of an environment are too short or too long to be compared. */
function slipOf(name: string, known: readonly string[]): string | null {
  const isComparable = ({ length }: string): boolean =>
    length >= SHORTEST_GUESSED && Math.abs(length - name.length) <= MOST_SLIPS;
  const near = nearest(name, known.filter(isComparable));
  return near !== null && near.distance <= MOST_SLIPS ? near.name : null;
}

/** The known name that another one, which is no slip, was likely meant to be. */
function likeliest(name: string, known: readonly string[]): string | null {
  const upper = name.toUpperCase();
  // A name that begins with another, or another with it, is likelier than one that only has as many letters.
  const begun = known.filter((each) => each.startsWith(upper) || upper.startsWith(each));
  const near = nearest(name, begun.length > 0 ? begun : known);
  return near !== null && (begun.length > 0 || near.distance <= near.name.length / 3) ? near.name : null;
}

/**
 * @param names that are set
 * @param known names of our variables, and of those that were
 * @returns a sentence for each name that looks like one of ours, and would be without any effect
 */
export function mistypedVariables(names: readonly string[], known: readonly string[]): readonly string[] {
  const exact = new Set(known);
  return names.flatMap((name) => {
    if (exact.has(name)) return [];
    const slip = slipOf(name, known);
    const isGuess = slip !== null && OURS.test(slip);
    const upper = name.toUpperCase();
    if (!isGuess && (!OURS.test(upper) || OF_OTHERS.some((form) => form.test(upper)))) return [];
    const likely = slip ?? likeliest(name, known);
    const remedy =
      likely === null
        ? 'unset it, or see docs/reference/configuration.md for those that are'
        : `did you mean ${likely}? Rename or unset it`;
    return [`${name} is not a variable of Ticket Rail: ${remedy}.`];
  });
}
