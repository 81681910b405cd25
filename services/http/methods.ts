import { type RequestHandler, Router } from 'express';
import { Problem } from './problem';

/** Methods by which addresses are called. What answers GET answers HEAD. */
export type Method = 'get' | 'post' | 'put' | 'delete' | 'options';

/** What answers each method of an address: one handler, or several in turn. */
export type Methods = Readonly<Partial<Record<Method, RequestHandler | readonly RequestHandler[]>>>;

/** @returns methods as the `Allow` header has them (RFC 9110 section 10.2.1): what takes GET takes HEAD. */
export const allowOf = (methods: readonly string[]): string =>
  methods
    .map((method) => method.toUpperCase())
    .sort()
    .join(', ')
    .replace('GET', 'GET, HEAD');

/** The address takes other methods. */
class MethodNotAllowed extends Problem {
  readonly #allowed: string;

  constructor(allowed: string) {
    super('method-not-allowed', `This address takes ${allowed}.`);
    this.#allowed = allowed;
  }

  override get headers(): Readonly<Record<string, string>> {
    return { Allow: this.#allowed };
  }
}

/**
 * Creates the routes of addresses: the only way to make them, so that each answers all methods that it does not take with
 * 405, and says which it takes.
 * @param addresses what answers each, by its path as Express writes it
 * @param answeredBefore other methods of the same addresses that do not come here
 */
export function createRoutes(
  addresses: Readonly<Record<string, Methods>>,
  answeredBefore: (path: string) => readonly string[] = () => [],
): Router {
  const router = Router();
  for (const [path, methods] of Object.entries(addresses)) {
    for (const [method, handlers] of Object.entries(methods)) {
      router[method as Method](path, ...[handlers].flat()); // `Object.entries` forgets which there are
    }
  }
  for (const [path, methods] of Object.entries(addresses)) {
    const allowed = allowOf([...Object.keys(methods), ...answeredBefore(path)]);
    router.all(path, () => {
      throw new MethodNotAllowed(allowed);
    });
  }
  return router;
}
