/** What cannot happen did: the code is wrong, not what it was given, and nobody can put it right from outside. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}
