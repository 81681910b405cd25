/**
 * What people read and hear on screens, as data: a text in which `{name}` is a place for a value, or one such text for each
 * plural form that the language has, chosen by the value of `{count}`.
 */
export type Message = string | PluralForms;

export type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

/** Names of the places of a text. */
type PlacesOfText<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | PlacesOfText<Rest> : never;
/** Names of the places of a message. */
export type PlacesOf<One> = One extends { readonly other: infer Other }
  ? 'count' | PlacesOfText<Other>
  : PlacesOfText<One>;

const PLACE = /\{(\w+)\}/;

/** Returns a text cut at its places: what has an odd index is the name of a place. */
export const cutAtPlaces = (text: string): readonly string[] => text.split(PLACE);

/** Returns all texts of a message, one where it has no plural forms. */
export const textsOf = (message: Message): readonly string[] =>
  typeof message === 'string' ? [message] : Object.values(message);

/** Returns the names of the places of a message, each once, in order of the alphabet. */
export const placesOf = (message: Message): readonly string[] =>
  [...new Set(textsOf(message).flatMap((text) => cutAtPlaces(text).filter((_, at) => at % 2 === 1)))].sort();
