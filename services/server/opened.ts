interface Closable {
  close(): Promise<void> | void;
}

/** Keeps what was opened so far, and closes it again in the opposite order. */
export class Opened {
  readonly #parts: Closable[] = [];

  add<Part extends Closable>(part: Part): Part {
    this.#parts.push(part);
    return part;
  }

  async close(): Promise<void> {
    for (const part of this.#parts.splice(0).reverse()) await part.close();
  }
}
