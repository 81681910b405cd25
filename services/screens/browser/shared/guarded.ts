/**
 * Draws a part of a component that shows what others wrote. Should it ever throw, `otherwise` is drawn in its place: what
 * cannot be shown of one order must not keep the next from being seen, nor leave on show what was true before.
 */
export function guarded<Drawn>(draw: () => Drawn, otherwise: () => Drawn): Drawn {
  try {
    return draw();
  } catch (error) {
    // Reported as if nobody had caught it.
    setTimeout(() => {
      throw error;
    });
    return otherwise();
  }
}
